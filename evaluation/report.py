"""The measures of labelled answers as a table on the terminal."""

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from evaluation.metrics import count
from nlp.answers import LANGUAGES, LabelledAnswer
from nlp.tagging import Tagger


def print_report(answers: Sequence[LabelledAnswer], tagger: Tagger, console: Console) -> None:
    """Tag labelled answers, the text alone, and print precision, recall and F1 of each kind of label."""
    texts = (labelled.answer for labelled in answers)
    # What the sender declares is metadata; the model must do without.
    tagged = tagger.tag_all(replace(answer, language=None, question=None) for answer in texts)
    pairs = list(zip(answers, tagged, strict=True))
    in_languages = {
        language: count(in_language)
        for language in LANGUAGES
        if (in_language := [pair for pair in pairs if pair[0].answer.language == language])
    }
    table = Table(title=f"{len(answers)} answers", title_justify="left")
    for column in ("label", "precision", "recall", "micro-F1", *(f"F1 {each}" for each in in_languages)):
        table.add_column(column, justify="left" if column == "label" else "right")
    for kind, counts in count(pairs).items():
        shares = [
            counts.precision,
            counts.recall,
            counts.f1,
            *(each[kind].f1 for each in in_languages.values()),
        ]
        table.add_row(kind, *(f"{share:.3f}" for share in shares))
    console.print(table)
    console.print("Types and sub-types: those requested; the others: in any stance.")
