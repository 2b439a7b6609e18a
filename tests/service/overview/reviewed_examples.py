"""The questionnaires that come as examples, tagged by chance and decided on in every way that there is."""

import datetime as dt
import random
from pathlib import Path

from sqlalchemy import select

from nlp.answers import Answer as Given
from nlp.models import load_model
from nlp.taxonomy import load_taxonomy
from service.importing import import_paths
from service.intake import Questionnaire as Received
from service.store.decisions import Wish, decide, version_of
from service.store.models import activate, register
from service.store.questionnaires import receive
from service.store.tables import Answer, Suggestion, Tagging

EXAMPLES = Path(__file__).parents[3] / "examples"
FILES = [
    "ghana-firearms-2010.jsonl",
    "guatemala-migrantes-2012.csv",
    "kyrgyzstan-needs-2013.txt",
    "madagascar-tip-2008.json",
    "tchad-convention-2009.docx",
]
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
STANCES = ("requested", "requested", "offered", "received")
BANDS = ("safe", "suggest", "unsure")


def fill(database, seed=8):
    """Import, tag and decide; one questionnaire is of nobody known, and one was replaced."""
    chance = random.Random(seed)
    version = _model(database)
    lines = list(import_paths(database, [EXAMPLES / name for name in FILES], {}))
    assert not [line for line in lines if line.is_error]
    _receive(database, "nobody", None, state=None, instrument=())
    _receive(database, "again", None, state="TGO", instrument=("som", "tip"))
    with database.writing() as session:
        for answer_id in session.scalars(select(Answer.id).order_by(Answer.id)).all():
            _decide(session, answer_id, _tag(session, answer_id, version, chance), chance)
    _receive(database, "again", "again", state="TGO", instrument=("som", "tip"), more="It is urgent.")


def _model(database):
    with database.writing() as session:
        version = register(session, load_model("dummy"))
        activate(session, version, "test")
        return version.id


def _receive(database, name, replaces, *, more=None, **fields):
    given = tuple(Given(f"q{number}", f"We need help with law {number}.", None, "en") for number in range(6))
    if more:
        given = (*given[:3], Given("q3", more, None, "en"))
    known = {"cycle": "2", "language": "en", "answers": given} | fields
    with database.writing() as session:
        receive(session, Received(external_id=name, replaces=replaces, **known), "test")


def _tag(session, answer_id, version, chance):
    """Suggest some tags, each sub-type with its type."""
    text = session.get(Answer, answer_id).text
    half = len(text) // 2
    tagging = Tagging(
        answer_id=answer_id,
        model_version_id=version,
        at=NOW,
        language="en",
        stances=[],
        passages=[{"start": 0, "end": half}, {"start": half, "end": len(text)}],
    )
    session.add(tagging)
    session.flush()
    tags = {}
    for entry in chance.sample(load_taxonomy().subtypes, 3):
        stance, band = chance.choice(STANCES), chance.choice(BANDS)
        tags[entry.code, stance] = ("subtype", band)
        tags[entry.parent, stance] = ("type", band)
    if chance.random() < 0.3:
        tags["firearms", ""] = ("instrument", "safe")
    for place, ((code, stance), (kind, band)) in enumerate(tags.items()):
        confidence = {"kind": kind, "band": band, "confidence": 0.5, "place": place, "passages": [place % 2]}
        session.add(Suggestion(tagging_id=tagging.id, code=code, stance=stance, **confidence))
    return list(tags)


def _decide(session, answer_id, tags, chance):
    """Accept, reject, add, restance and undo; most answers are then done, and some reopened."""
    wishes = [_wish(tag, chance) for tag in tags if chance.random() < 0.8]
    wishes.append(Wish("add", chance.choice(load_taxonomy().subtypes).code, "requested", passages=(1,)))
    wishes.append(Wish("add", chance.choice(load_taxonomy().types).code, "requested"))
    if chance.random() < 0.3:
        wishes.append(Wish("add", "untoc"))
    if chance.random() < 0.4:
        wishes.append(Wish("undo", undoes=chance.randrange(len(wishes)) + 1))
    if chance.random() < 0.8:
        wishes.append(Wish("done"))
        if chance.random() < 0.2:
            wishes.append(Wish("reopen"))
    decide(session, answer_id, version_of(session, answer_id), wishes, "rita", may_reopen=True)


def _wish(tag, chance):
    code, stance = tag
    act = chance.choice(["accept", "accept", "reject", "restance"])
    if act == "restance" and stance:
        new = chance.choice([each for each in ("requested", "offered", "received") if each != stance])
        return Wish("restance", code, stance, new_stance=new)
    return Wish("reject" if act == "reject" else "accept", code, stance)
