"""Train peers on the corpus, score them on a split that they have not seen, and print the table of all.

python -m evaluation.peers [--on validation] [--peers NAME...] [--write]
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from corpus.reader import corpus_hash, note_test_use, read_corpus
from corpus.splits import Split
from evaluation.peers.contract import THREADS, Text, write_task
from evaluation.peers.figures import Figures, compute_figures, requested_subtypes, subtype_labels
from evaluation.peers.runs import ROOT, Peer, PeerError, Run, run_peer
from evaluation.peers.table import to_markdown, write_into
from nlp.answers import LabelledAnswer

PAGE = ROOT / "docs" / "evaluation.md"
PEERS = {
    "needtag": Peer("needtag", "evaluation.peers.needtag", own=False),
    "svm": Peer("TF-IDF and linear SVM", "evaluation.peers.svm"),
    "annif-tfidf": Peer("Annif, tfidf", "evaluation.peers.annif", ("tfidf",)),
    "annif-svc": Peer("Annif, svc", "evaluation.peers.annif", ("svc",)),
    "annif-omikuji": Peer("Annif, omikuji", "evaluation.peers.annif", ("omikuji",)),
    "annif-ensemble": Peer("Annif, ensemble of the three", "evaluation.peers.annif", ("ensemble",)),
    "spacy": Peer("spaCy textcat_multilabel", "evaluation.peers.spacy"),
    "setfit": Peer("SetFit on multilingual-e5-small", "evaluation.peers.setfit"),
}


def run_peers(
    peers: Sequence[Peer],
    train: Sequence[LabelledAnswer],
    validation: Sequence[LabelledAnswer],
    unseen: Sequence[LabelledAnswer],
    console: Console,
) -> dict[str, Figures | str]:
    """Run peers one after the other; gives, by name, their figures or why they failed."""
    runs: dict[str, Run | str] = {}
    with tempfile.TemporaryDirectory() as folder:
        task = Path(folder, "task")
        task.mkdir()
        write_task(
            task,
            subtype_labels(),
            train=[to_text(labelled, labels=True) for labelled in train],
            validation=[to_text(labelled, labels=True) for labelled in validation],
            unseen=[to_text(labelled, labels=False) for labelled in unseen],
        )
        for peer in peers:
            console.print(f"{datetime.now(UTC):%H:%M:%S} {peer.name}")
            with tempfile.TemporaryDirectory(dir=folder) as work:
                try:
                    runs[peer.name] = run_peer(peer, task, Path(work))
                except PeerError as error:
                    runs[peer.name] = str(error)
    # Only now: what this process holds in memory would count as its children's.
    return {
        name: run if isinstance(run, str) else compute_figures(run, validation, unseen)
        for name, run in runs.items()
    }


def to_text(labelled: LabelledAnswer, *, labels: bool) -> Text:
    """An answer as peers see it, with or without its labels."""
    answer = labelled.answer
    given = requested_subtypes(labelled) if labels else ()
    return Text(answer.id, answer.language or "", answer.text, given)


def headline(split: Split, number: int) -> str:
    """One line on what the table was measured on."""
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} on the split `{split}`, {number} answers of the corpus "
        f"`{corpus_hash()[:12]}`, with {THREADS} threads.\n\n"
    )


def note_looks(outcomes: Mapping[str, Figures | str]) -> None:
    """Note a look at the test split for every peer that was measured on it."""
    for name, outcome in outcomes.items():
        if isinstance(outcome, Figures):
            note_test_use(f"peer {name}".replace(",", ""), outcome.version)


def main() -> None:
    """Read the command line and do as it says."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.peers", description=__doc__.split("\n")[0])
    parser.add_argument("--on", choices=("validation", "test"), default="test", help="the split to score")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS), metavar="NAME")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    console = Console(stderr=True)
    unseen = read_corpus(options.on)
    peers = [PEERS[name] for name in options.peers]
    outcomes = run_peers(peers, read_corpus("train"), read_corpus("validation"), unseen, console)
    if options.on == "test":
        note_looks(outcomes)
    text = headline(options.on, len(unseen)) + to_markdown(outcomes)
    sys.stdout.write(text)
    if options.write:
        write_into(PAGE, text)


if __name__ == "__main__":
    main()
