"""Annif: a project a language, as Annif requires, of one of its kinds of model or an ensemble of all."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import nltk
import numpy as np
from annif.corpus import Document, DocumentList, SubjectSet
from annif.registry import AnnifRegistry
from annif.vocab import VocabFileTSV

from evaluation.peers.contract import SEED, THREADS, Scores, Task, Text, Trained, main

LANGUAGES = {"en": "english", "fr": "french", "es": "spanish"}
MEMBERS = ("tfidf", "svc", "omikuji")
_PROJECT = """
[{backend}-{code}]
language={code}
backend={backend}
vocab=subtypes
analyzer=snowball({language})
limit={limit}
"""


def train(task: Task) -> Trained:
    """Train what the first argument names: a member of MEMBERS, or "ensemble"."""
    (wanted,) = task.arguments
    # Annif's support vector machines take their chance from here; Omikuji's cannot be fixed.
    np.random.seed(SEED)
    _without_punkt(task.folder / "nltk")
    data = task.folder / "data"
    registry = AnnifRegistry(str(_write_projects(task)), str(data), init_projects=False)
    vocabulary = task.folder / "subtypes.tsv"
    vocabulary.write_text("".join(f"<urn:{label}>\t{label}\n" for label in task.labels), encoding="utf-8")
    registry.get_vocab("subtypes").load_vocabulary(VocabFileTSV(str(vocabulary), "en"))
    for code in LANGUAGES:
        documents = [
            Document(text.text, SubjectSet([task.labels.index(label) for label in text.labels]))
            for text in task.train
            if text.language == code
        ]
        for backend in MEMBERS if wanted == "ensemble" else [wanted]:
            registry.get_project(f"{backend}-{code}").train(DocumentList(documents), jobs=THREADS)

    def score(texts: Sequence[Text]) -> Scores:
        scores: Scores = [[] for _ in texts]
        for code in LANGUAGES:
            places = [place for place, text in enumerate(texts) if text.language == code]
            documents = [Document(texts[place].text) for place in places]
            found = registry.get_project(f"{wanted}-{code}").suggest(documents)
            for place, row in zip(places, found, strict=True):
                scores[place] = row.as_vector().tolist()
        return scores

    return Trained(score, f"Annif {version('annif')}", data)


def _write_projects(task: Task) -> Path:
    path = task.folder / "projects.cfg"
    text = ""
    for code, language in LANGUAGES.items():
        for backend in (*MEMBERS, "ensemble"):
            text += _PROJECT.format(backend=backend, code=code, language=language, limit=len(task.labels))
        # Of the ensemble, which comes last.
        text += "sources=" + ",".join(f"{member}-{code}" for member in MEMBERS) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


def _without_punkt(folder: Path) -> None:
    """Give NLTK an empty table of abbreviations, for Annif fetches the full one from the network.

    It only decides whether the full stop of an abbreviation within an answer is cut off.
    """
    tables = folder / "tokenizers" / "punkt_tab" / "english"
    tables.mkdir(parents=True)
    for name in ("abbrev_types.txt", "collocations.tab", "ortho_context.tab", "sent_starters.txt"):
        (tables / name).touch()
    nltk.data.path.insert(0, str(folder))


if __name__ == "__main__":
    main(train)
