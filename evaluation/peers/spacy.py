"""spaCy's textcat_multilabel in one multilingual pipeline, on the CPU."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import spacy
from spacy.cli.init_config import init_config
from spacy.cli.train import train as train_pipeline
from spacy.tokens import DocBin

from evaluation.peers.contract import SEED, Scores, Task, Text, Trained, main

# Of 20,000 that spaCy would take; it keeps the pipeline that is best on validation.
STEPS = 6000


def train(task: Task) -> Trained:
    """Train as `spacy init config` and `spacy train` do, with the component's own default model."""
    for name, texts in (("train", task.train), ("validation", task.validation)):
        _write_docs(task.folder / f"{name}.spacy", texts, task.labels)
    config = init_config(lang="xx", pipeline=["textcat_multilabel"], optimize="efficiency", gpu=False)
    # TextCatEnsemble.v2: bag of words and convolutions over hashed words; the profile has the bag alone.
    config["components"]["textcat_multilabel"] = {"factory": "textcat_multilabel"}
    config["training"]["max_steps"] = STEPS
    config["system"]["seed"] = SEED
    config.to_disk(task.folder / "config.cfg")
    paths = {
        "paths.train": str(task.folder / "train.spacy"),
        "paths.dev": str(task.folder / "validation.spacy"),
    }
    train_pipeline(task.folder / "config.cfg", task.folder / "output", overrides=paths)
    files = task.folder / "output" / "model-best"
    pipeline = spacy.load(files)

    def score(texts: Sequence[Text]) -> Scores:
        docs = pipeline.pipe(text.text for text in texts)
        return [[doc.cats[label] for label in task.labels] for doc in docs]

    return Trained(score, f"spaCy {version('spacy')}", files, cap=f"{STEPS:,} steps")


def _write_docs(path: Path, texts: Sequence[Text], labels: Sequence[str]) -> None:
    blank = spacy.blank("xx")
    docs = DocBin()
    for text in texts:
        doc = blank.make_doc(text.text)
        doc.cats = {label: float(label in text.labels) for label in labels}
        docs.add(doc)
    docs.to_disk(path)


if __name__ == "__main__":
    main(train)
