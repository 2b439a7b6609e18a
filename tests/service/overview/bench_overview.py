"""How fast the overview of a whole cycle is on this machine: 200 States, 4 instruments, 100 answers each."""

import datetime as dt
import itertools
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert, select

from nlp.answers import Answer as Given
from nlp.states import all_states
from nlp.taxonomy import load_taxonomy
from service.intake import Questionnaire as Received
from service.modelling import adopt_default
from service.overview.database import read_database
from service.overview.figures import draw_figures
from service.overview.folder import write_folder
from service.overview.overview import make_overview
from service.settings import Settings
from service.store.answers import QuestionnaireFilter
from service.store.models import active_model
from service.store.opening import open_database
from service.store.questionnaires import receive
from service.store.tables import Answer, Decision, Suggestion, Tagging

STATES, ANSWERS = 200, 100
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
TEXT = "We need training for our prosecutors. A database was given to us by a neighbouring State in 2011."
PASSAGES = [
    {"start": 0, "end": 37, "language": "en", "stances": ["requested"]},
    {"start": 38, "end": len(TEXT), "language": "en", "stances": ["received"]},
]


def fill(database):
    """Put in questionnaires of all States, all answers reviewed: a sub-type accepted, another one added."""
    states = [state.code for state in all_states()]
    instruments = [entry.code for entry in load_taxonomy().instruments]
    given = tuple(Given(f"q{number}", TEXT, f"Question {number}?", "en") for number in range(ANSWERS))
    with database.writing() as session:
        for number, instrument in itertools.product(range(STATES), instruments):
            name, state = f"{number}-{instrument}", states[number % len(states)]
            receive(session, Received(name, None, state, (instrument,), "2", "en", given), "bench")
        model = active_model(session).id
        ids = session.scalars(select(Answer.id).order_by(Answer.id)).all()
        subtypes = [entry.code for entry in load_taxonomy().subtypes]
        codes = {id_: subtypes[place % len(subtypes)] for place, id_ in enumerate(ids)}
        session.execute(insert(Tagging), [tagging(id_, model) for id_ in ids])
        taggings = dict(session.execute(select(Tagging.answer_id, Tagging.id)).all())
        found = [each for id_ in ids for each in suggestions(taggings[id_], codes[id_])]
        session.execute(insert(Suggestion), found)
        decided = [each for id_ in ids for each in decisions(id_, taggings[id_], codes[id_])]
        session.execute(insert(Decision), decided)
    database.analyse()
    return len(ids)


def tagging(answer_id, model_id):
    return {
        "answer_id": answer_id,
        "model_version_id": model_id,
        "at": NOW,
        "language": "en",
        "unsure": None,
        "stances": [{"code": "requested", "confidence": 0.9}],
        "passages": PASSAGES,
        "error": None,
    }


def suggestions(tagging_id, code):
    tags = (
        (code.partition(".")[0], "type", "requested"),
        (code, "subtype", "requested"),
        ("tip", "instrument", ""),
    )
    return [
        {
            "tagging_id": tagging_id,
            "place": place,
            "kind": kind,
            "code": name,
            "stance": stance,
            "confidence": 0.9,
            "band": "safe",
            "passages": [0],
        }
        for place, (name, kind, stance) in enumerate(tags)
    ]


def decisions(answer_id, tagging_id, code):
    acts = ("accept", code, "requested"), ("add", "data.database", "received"), ("done", "", "")
    return [
        {
            "answer_id": answer_id,
            "reading": 1,
            "number": number,
            "tagging_id": tagging_id,
            "act": act,
            "code": name,
            "kind": "subtype" if name else "",
            "stance": stance,
            "new_stance": "",
            "state": "",
            "passages": [1] if act == "add" else [],
            "person": "bench",
            "at": NOW,
        }
        for number, (act, name, stance) in enumerate(acts, 1)
    ]


def report(what, since):
    """Print how long something took, and give the time now."""
    now = time.perf_counter()
    print(f"{what:48} {now - since:6.2f} s")  # noqa: T201
    return now


def main():
    """Measure on a new home."""
    with tempfile.TemporaryDirectory() as home:
        database = open_database(Settings(home=Path(home), database_url=None, _env_file=None))
        adopt_default(database)
        answers = fill(database)
        start = now = time.perf_counter()
        with database.reading() as session:
            source = read_database(session, QuestionnaireFilter())
        now = report(f"reading {len(source.items):,} tags of {answers:,} answers", now)
        overview = make_overview(source)
        now = report("counting them", now)
        figures = Path(home, "figures")
        figures.mkdir()
        draw_figures(overview, "en", figures)
        now = report("drawing the figures", now)
        report("all counts and figures; may take 10 s", start)
        write_folder(overview, "en", Path(home, "overview"))
        report("then the whole folder, with workbook and draft", now)
        database.dispose()


if __name__ == "__main__":
    main()
