"""What was erased, or was never to be kept, is nowhere."""

import os
import time
import zipfile

from sqlalchemy import text

from nlp.answers import Answer
from service.backup import back_up
from service.intake import Questionnaire
from service.review.admin_import import KEPT_SECONDS
from service.serve import _forget
from service.store.questionnaires import purge, receive

MARK = "Xylophone"
STATISTICS = text(
    "SELECT attname FROM pg_stats WHERE concat(most_common_vals::text, histogram_bounds::text) LIKE :like"
)


def sent(name, mark, count):
    given = tuple(
        Answer(f"{mark} {number}", f"{mark} needs law {number % 3}.", f"{mark}?") for number in range(count)
    )
    return Questionnaire(
        external_id=name, replaces=None, state=None, instrument=(), cycle=mark, language=None, answers=given
    )


def stored(database, *questionnaires):
    with database.writing() as session:
        return [receive(session, each, "test").id for each in questionnaires]


def test_of_a_purged_text_the_database_keeps_no_sample_and_no_page(database, tmp_path):
    erased, _ = stored(database, sent("erased", MARK, 30), sent("kept", "Other", 3))
    database.analyse()
    with database.writing() as session:
        purge(session, erased, "test")
    database.wipe()
    if database.is_sqlite:
        files = list((tmp_path / "home").glob("needtag.db*"))
        assert files
        assert not [each for each in files if MARK.encode() in each.read_bytes()]
    else:
        with database.reading() as session:
            assert session.scalars(STATISTICS, {"like": "%Other%"}).all()
            assert not session.scalars(STATISTICS, {"like": f"%{MARK}%"}).all()


def test_a_purged_text_is_in_no_later_backup(database, settings, tmp_path):
    erased, _ = stored(database, sent("erased", MARK, 3), sent("kept", "Other", 3))
    with database.writing() as session:
        purge(session, erased, "test")
    back_up(settings, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not [name for name, content in parts.items() if MARK.encode() in content]
    assert b"Other needs law" in parts["tables/answers.jsonl"]


def test_a_file_that_nobody_stored_goes_without_another_one_coming(database, settings):
    folder = settings.home / "temporary"
    folder.mkdir(parents=True)
    for name, age in {"import-old": KEPT_SECONDS + 60, "import-new": 60}.items():
        (folder / name).write_text(MARK)
        os.utime(folder / name, (time.time() - age,) * 2)
    _forget(settings, database)
    assert [each.name for each in folder.iterdir()] == ["import-new"]
