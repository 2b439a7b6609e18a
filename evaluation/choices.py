"""What was chosen for the fine-tuning, beside what might have been, on a fifth of the training batches.

python -m evaluation.choices [NAME...]

Each row is trained for three epochs and measured on validation: the best micro-F1 of requested sub-types that
a threshold gives. Names are those of the rows; without any, all are trained, which takes half an hour on two
cores. Needs the extra `train`.
"""

import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from rich.console import Console

from corpus.reader import read_corpus
from nlp.models import taxonomy_labels
from nlp.passages import scored_passages
from nlp.training.fine_tuning import fine_tune, validation_f1
from nlp.training.linear import fit_linear
from nlp.training.settings import Settings
from nlp.training.transformer import new_network

SHARE = 5
BASE = Settings(epochs=3, noise=0.0)
ROWS: Mapping[str, Settings] = {
    "chosen": BASE,
    "passage": replace(BASE, unit="passage"),
    # Each passage comes with its whole answer: sixteen answers at once would take 22 GB.
    "beside": replace(BASE, unit="passage beside answer", batch=4),
    "frozen": replace(BASE, frozen=True),
    "tags-10": replace(BASE, tag_weight=10),
    "tags-30": replace(BASE, tag_weight=30),
    "fast": replace(BASE, learning_rate=4e-4),
    "noise": replace(BASE, noise=0.3),
}


def main(names: list[str], console: Console) -> None:
    """Train the rows, and print each as a line of a Markdown table."""
    validation = read_corpus("validation")
    train = read_corpus("train")
    batches = set(sorted({each.group for each in train})[::SHARE])
    train = [each for each in train if each.group in batches]
    console.print(f"{len(train)} answers to learn from, {len(validation)} to measure on", markup=False)
    if not names:
        texts = [(each.answer.text, scored_passages(each.answer.text)) for each in validation]
        scores = fit_linear(train).score(texts)
        console.print(f"| linear | {validation_f1(scores, validation, taxonomy_labels()):.3f} | |")
    for name in names or ROWS:
        settings = ROWS[name]
        torch.manual_seed(settings.seed)
        network, tokenizer, _ = new_network(train, settings)
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / "checkpoint"
            best = fine_tune(network, tokenizer, train, validation, settings, checkpoint=checkpoint)
        console.print(f"| {name} | {best:.3f} | {time.perf_counter() - start:.0f} s |", markup=False)


if __name__ == "__main__":
    if unknown := set(sys.argv[1:]) - ROWS.keys():
        sys.exit(f"{', '.join(sorted(unknown))}: no such row; there are {', '.join(ROWS)}")
    main(sys.argv[1:], Console())
