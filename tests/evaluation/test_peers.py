"""Peers side by side: the contract, the figures, the table; toys stand for the peers."""

import io
import json
import re
import subprocess
from dataclasses import replace
from importlib.util import find_spec

import pytest
from rich.console import Console

from evaluation.bootstrap import Estimate
from evaluation.peers import __main__ as command
from evaluation.peers import runs
from evaluation.peers.contract import Result, disk_size
from evaluation.peers.figures import best_threshold, compute_figures, gold_table, subtype_labels
from evaluation.peers.runs import Peer, PeerError, Run, make_environment, run_measured
from evaluation.peers.table import END, START, to_markdown, write_into
from nlp.answers import Answer, LabelledAnswer
from nlp.errors import InputError

LABELS = subtype_labels()
DRAFTING, OTHER = LABELS[:2]

TOY = """
from evaluation.peers.contract import Trained, main

def train(task):
    assert not any(text.labels for text in task.unseen)
    learned = {text.text: text.labels for text in task.train}
    file = task.folder / "model"
    file.write_bytes(b"12345")
    print("learned", len(learned))

    def score(texts):
        return [[float(label in learned.get(text.text, ())) for label in task.labels] for text in texts]

    return Trained(score, f"toy {task.arguments[0]}", file, cap="two words")

main(train)
"""


def labelled(number, *labels, text=None, language="en", stance="requested"):
    answer = Answer(f"a{number}", text or f"text {number}", language=language)
    tags = frozenset((stance, label) for label in labels)
    return LabelledAnswer(answer, tags, frozenset([stance]), frozenset(), frozenset(), group=f"b{number % 3}")


def result(unseen, validation=(), threshold=None, **changes):
    given = {"version": "toy 1", "cap": "", "train_seconds": 2.0, "score_seconds": 0.5, "size": 10, **changes}
    return Result(threshold=threshold, validation=list(validation), unseen=unseen, **given)


@pytest.fixture
def toys(tmp_path, monkeypatch):
    """Modules that a child of this interpreter finds."""
    (tmp_path / "good_toy.py").write_text(TOY)
    (tmp_path / "bad_toy.py").write_text("print('trying')\nraise SystemExit('no such vocabulary')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def run(*peers):
    train = [labelled(1, DRAFTING, text="laws"), labelled(2, OTHER, text="other")]
    unseen = [labelled(3, DRAFTING, text="laws"), labelled(4, text="nothing", language="fr")]
    return command.run_peers(peers, train, train, unseen, Console(file=io.StringIO()))


def test_a_peer_ends_in_a_row_and_one_that_fails_is_named_with_its_reason(toys):
    bad, good = Peer("Bad", "bad_toy", own=False), Peer("Good", "good_toy", ("7",), own=False)
    outcomes = run(bad, good)
    assert outcomes["Bad"] == "ended with 1: no such vocabulary"
    figures = outcomes["Good"]
    assert (figures.micro.value, figures.macro, figures.languages["en"]) == (1, 1, 1)
    assert (figures.version, figures.cap, figures.size) == ("toy 7", "two words", 5)
    assert figures.memory > 1e6
    assert figures.rate > 0
    table = to_markdown(outcomes)
    assert "| Good (toy 7) | 1.000" in table
    assert "| Bad | failed: ended with 1: no such vocabulary |" in table


def test_a_peer_that_does_not_end_is_stopped(toys, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "LIMIT", 0)
    with pytest.raises(PeerError, match="ended with -9: it said nothing"):
        run_measured(["sleep", "60"], tmp_path / "log.txt")


def test_an_environment_is_made_once_for_the_same_requirements(tmp_path, monkeypatch):
    made = tmp_path / "toy"
    made.mkdir()
    for folder in (tmp_path / "toy.txt", made / "requirements.txt"):
        folder.write_text("toybox==1.0\n")
    monkeypatch.setattr(runs, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(runs, "REQUIREMENTS", tmp_path)
    commands = []

    def refuse(given, **_):
        commands.append(given)
        return subprocess.CompletedProcess(given, 1, "", "warning\nno matching distribution\n")

    monkeypatch.setattr(subprocess, "run", refuse)
    assert make_environment("toy") == str(made / "bin" / "python")
    assert commands == []
    (tmp_path / "toy.txt").write_text("toybox==2.0\n")
    with pytest.raises(PeerError, match="not installed: no matching distribution"):
        make_environment("toy")
    assert not made.exists()


def test_every_peer_has_a_module_and_pinned_requirements():
    for peer in command.PEERS.values():
        assert find_spec(peer.module)
        if peer.own:
            lines = (runs.REQUIREMENTS / f"{peer.module.rpartition('.')[2]}.txt").read_text().splitlines()
            assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert "torch==2.13.0" in (runs.REQUIREMENTS / "setfit.txt").read_text().splitlines()


def test_the_threshold_is_the_one_of_best_micro_f1():
    gold = gold_table([labelled(1, DRAFTING), labelled(2, OTHER), labelled(3)])
    scores = [[0.9, 0.4], [0.6, 0.5], [0.1, 0.2]]
    # F1 from 0.9: 1 right, 1 missed, 2/3; from 0.6: 1 right, 1 wrong, 1 missed, 1/2; from 0.5: 2 right,
    # 1 wrong, 4/5; from 0.4: 2 right, 2 wrong, 2/3.
    assert best_threshold(gold[:, :2], scores) == pytest.approx(0.45)


def test_figures_are_those_counted_by_hand():
    validation = [labelled(1, DRAFTING), labelled(2)]
    low, high = [0.2] + [0.0] * 27, [0.4] + [0.0] * 27
    unseen = [labelled(1, DRAFTING), labelled(2, OTHER), labelled(3, language="fr")]
    scored = [[0.5, 0.1] + [0.0] * 26, [0.4, 0.5] + [0.0] * 26, [0.3] + [0.0] * 27]
    figures = compute_figures(Run(result(scored, [high, low]), memory=1), validation, unseen)
    # From 0.4: two right, one wrong, in English; the French answer has nothing and gets nothing.
    assert figures.micro.value == pytest.approx(4 / 5)
    assert figures.micro.low <= 4 / 5 <= figures.micro.high
    assert figures.macro == pytest.approx((2 / 3 + 1) / 2)
    assert figures.languages["en"] == pytest.approx(4 / 5)
    assert figures.rate == 6
    own = compute_figures(Run(result(scored, threshold=0.5), memory=1), validation, unseen)
    assert own.micro.value == 1


def test_only_requested_subtypes_are_labels():
    answers = [labelled(1, DRAFTING, stance="offered"), labelled(2, DRAFTING.partition(".")[0])]
    assert not gold_table(answers).any()


def figures(micro, rate, **changes):
    answers = [labelled(1, DRAFTING)]
    run = Run(result([[1.0] * 28], threshold=0.5, score_seconds=1 / rate, **changes), memory=2_000_000)
    return replace(compute_figures(run, answers, answers), micro=Estimate(micro, micro - 0.1, micro + 0.1))


def test_the_table_is_ordered_by_micro_f1_and_says_where_needtag_stands():
    table = to_markdown(
        {
            "needtag": figures(0.5, rate=10, train_seconds=None),
            "Broken": "ended with 1: a | b",
            "Fast": figures(0.4, rate=30),
            "Good": figures(0.6, rate=5),
        }
    )
    names = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")]
    assert names == ["peer", "---", "Good (toy 1)", "needtag (toy 1)", "Fast (toy 1)", "Broken"]
    assert "| Good (toy 1) | 0.600 (0.500-0.700) |" in table
    assert "comes trained" in table
    assert "a \\| b" in table
    assert "Of 3, needtag is number 2 on micro-F1 and number 2 on answers a second." in table


def test_the_table_goes_between_the_markers_of_the_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# Before\n\n{START}\nold\n{END}\n\nAfter\n")
    for text in ("first", "second"):
        write_into(page, text)
        assert page.read_text() == f"# Before\n\n{START}\n\n{text}\n{END}\n\nAfter\n"


def test_a_page_without_markers_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Page\n")
    with pytest.raises(InputError, match="lacks the lines"):
        write_into(page, "table")


def test_the_page_of_the_project_has_the_markers():
    text = command.PAGE.read_text(encoding="utf-8")
    assert text.count(START) == text.count(END) == 1


def test_each_peer_that_was_measured_is_noted_as_a_look_at_the_test_split(monkeypatch):
    noted = []
    monkeypatch.setattr(command, "note_test_use", lambda *given: noted.append(given))
    command.note_looks({"Annif, svc": figures(0.5, rate=1), "Broken": "ended with 1: no"})
    assert noted == [("peer Annif svc", "toy 1")]


def test_the_size_of_a_folder_is_that_of_all_its_files(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one").write_bytes(b"123")
    (tmp_path / "two").write_text(json.dumps([]))
    assert disk_size(tmp_path) == 5
