"""The second reading: a fifth of every batch, labelled again by readers who had only the texts.

A line holds an answer's id, its instruments, its States, and the labels of its passages in order:

    ena-01-001 | untoc | MUS GBR | none / requested training.criminal-justice; received legal

`<language>.first.txt` holds the labels as they were before the two readings were compared, and
`<language>.second.txt` those of the second reading. The `disputed` files hold the same of the answers that
cross-validated models disputed: they say nothing of how far readers agree on the whole.
"""

from pathlib import Path
from typing import Literal

from corpus.batch import answer_stances, answer_tags, parse_tags
from nlp.answers import LANGUAGES
from nlp.errors import InputError

Reading = Literal["first", "second", "disputed.first", "disputed.second"]

_FOLDER = Path(__file__).parent / "second-reading"


def read_labels(reading: Reading) -> dict[str, frozenset[str]]:
    """Give for every answer of a reading its labels: "requested legal", "stance none", "untoc", "KEN".

    Raises:
        InputError: a line is not of the form, or holds an unknown label.
    """
    labels = {}
    for language in LANGUAGES:
        path = _FOLDER / f"{language}.{reading}.txt"
        for number, line in enumerate(path.read_text(encoding="utf-8").rstrip("\n").split("\n"), 1):
            parts = [part.strip() for part in line.split("|")]
            if len(parts) != 4:
                raise InputError(
                    f"{path.name}:{number}", "write 'id | instruments | States | labels / labels'"
                )
            tags = [
                tag for passage in parts[3].split("/") for tag in parse_tags(passage, f"{path.name}:{number}")
            ]
            labels[parts[0]] = frozenset(
                [
                    *(f"{stance} {code}" for stance, code in answer_tags(tags)),
                    *(f"stance {stance}" for stance in answer_stances(stance for stance, _ in tags)),
                    *parts[1].split(),
                    *parts[2].split(),
                ]
            )
    return labels
