"""A questionnaire with tags that a test knows, without a model that finds them."""

import datetime as dt

from sqlalchemy import select

from nlp.answers import Answer as Given
from service.intake import Questionnaire as Received
from service.store.models import active_model
from service.store.questionnaires import receive
from service.store.tables import Answer, Mention, Suggestion, Tagging

TEXT = (
    "Togo asks for training of its prosecutors in the use of special investigative techniques.\n"
    "It received a database from Ghana in 2011, with 𝒮𝒾𝑔𝓃𝓈. No law was passed since."
)
# code, stance, confidence, band, passages
TAGS = (
    ("training", "requested", 0.97, "safe", [0]),
    ("training.criminal-justice", "requested", 0.95, "safe", [0]),
    ("data", "received", 0.81, "suggest", [1]),
    ("data.database", "received", 0.8, "suggest", [1]),
    ("untoc", "", 0.9, "safe", []),
    ("legal", "requested", 0.2, "unsure", [2]),
)


def passages_of(text):
    """A passage each sentence, said but for the last."""
    ends = [text.index(mark) + len(mark) for mark in ("techniques.", "𝓃𝓈.")] + [len(text)]
    starts = [0, ends[0] + 1, ends[1] + 1]
    stances = (["requested"], ["received"], ["none"])
    return [
        {"start": start, "end": end, "language": "en", "stances": said}
        for start, end, said in zip(starts, ends, stances, strict=True)
    ]


def fill(database, answers=3, *, state="TGO", tags=TAGS, external_id="desk"):
    """Put in a questionnaire whose answers are all tagged in the same way; gives the answers' ids.

    Tags of `unsure` only the last answer has.
    """
    given = tuple(Given(f"q{number}", TEXT, f"Question {number}?", "en") for number in range(answers))
    with database.writing() as session:
        receive(session, Received(external_id, None, state, ("untoc",), "2", "en", given), "test")
        model = active_model(session)
        rows = session.scalars(select(Answer).where(Answer.external_id.like("q%")).order_by(Answer.id))
        ids = [row.id for row in rows if row.text == TEXT][-answers:]
        for id_ in ids:
            _tag(session, id_, model.id, [tag for tag in tags if id_ == ids[-1] or tag[3] != "unsure"])
    return ids


def _tag(session, answer_id, model_id, tags):
    tagging = Tagging(
        answer_id=answer_id,
        model_version_id=model_id,
        at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        language="en",
        stances=[{"code": "requested", "confidence": 0.9}, {"code": "received", "confidence": 0.8}],
        passages=passages_of(TEXT),
    )
    session.add(tagging)
    session.flush()
    for place, (code, stance, confidence, band, passages) in enumerate(tags):
        kind = "subtype" if "." in code else "type" if stance else "instrument"
        session.add(
            Suggestion(
                tagging_id=tagging.id,
                place=place,
                kind=kind,
                code=code,
                stance=stance,
                confidence=confidence,
                band=band,
                passages=passages,
            )
        )
    for place, (code, name) in enumerate((("TGO", "Togo"), ("GHA", "Ghana"))):
        start = TEXT.index(name)
        session.add(
            Mention(tagging_id=tagging.id, place=place, state=code, start=start, end=start + len(name))
        )
