"""A model in the benchmark, in a process of its own, which does and times what lines on its input ask for.

Its arguments are a model, and, to run that model's network in PyTorch, `fp32` or `bf16` and a batch's size.
"""

import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.answers import Answer
from nlp.models import Model, load_model, save_model
from nlp.models.blend import BlendModel
from nlp.models.scores import PassagedText
from nlp.models.transformer import WORKERS, TransformerModel
from nlp.passages import worded_passages
from nlp.tagging import Tagger

# Words of the answers that are tagged: 30, as answers mostly have.
WORDS = range(25, 36)

# What a model's network is given for a text; see TransformerModel.
Inputs = dict[str, NDArray[Any]]
Call = Callable[[], object]


def write_material() -> None:
    """Write what the benchmark needs to the folder that is the argument: texts and a linear model."""
    from corpus.reader import corpus_hash, read_corpus, read_whole_corpus
    from nlp.training.linear import fit_linear

    folder = Path(sys.argv[1])
    texts = [labelled.answer.text for labelled in read_whole_corpus()]
    texts = [text for text in texts if len(text.split()) in WORDS]
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    # What its scores are calibrated to takes no time.
    save_model(fit_linear(read_corpus("train")), folder / "linear", corpus=corpus_hash())


def main() -> None:
    """Answer each line of the input, a task and texts, by a line of seconds, until the input ends."""
    name, *pytorch = sys.argv[1:]
    model: Any = load_model(name, trust=True)
    if pytorch:
        from evaluation.bench_torch import TorchModel

        torch_model = TorchModel(encoder_of(model), pytorch[0], int(pytorch[1]))
        if isinstance(model, BlendModel):
            # What judges beside the encoder stays as it is.
            blend: Any = model
            blend.transformer = torch_model
        else:
            model = torch_model
    tagger = Tagger(model)
    # What is loaded with the first answer is no part of a rate.
    tagger.tag(Answer(id="first", text="Kenya needs training for judges."))
    for line in sys.stdin:
        task, texts = json.loads(line)
        answers = [Answer(id=f"a{number}", text=text) for number, text in enumerate(texts)]
        sys.stdout.write(json.dumps([_seconds(call) for call in calls(task, tagger, answers)]) + "\n")
        sys.stdout.flush()


def calls(task: str, tagger: Tagger, answers: Sequence[Answer]) -> list[Call]:
    """What is to be timed for a task."""
    if task == "encoder":
        return [encoder_alone(tagger.model, [(each.text, worded_passages(each.text)) for each in answers])]
    if task == "tagging":
        return [lambda: [json.dumps(each.to_json()) for each in tagger.tag_all(answers)]]
    return [partial(tagger.tag, answer) for answer in answers]


def _seconds(call: Call) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def encoder_of(model: Any) -> Any:
    """The part of a model that is an encoder with heads."""
    return model.transformer if isinstance(model, BlendModel) else model


def encoder_alone(model: Model, texts: Sequence[PassagedText]) -> Call:
    """A model's network on texts that are prepared already, as many at a time as when it tags."""
    encoder = encoder_of(model)
    if not isinstance(encoder, TransformerModel):
        return partial(encoder.run, prepared(encoder.reader, texts))
    inputs = prepared(encoder, texts)

    def run() -> None:
        with ThreadPoolExecutor(WORKERS) as workers:
            list(workers.map(partial(encoder._session.run, None), inputs))  # noqa: SLF001 - taken apart to be timed

    return run


class _Recorder:
    """Stands in for a model's session, and keeps what it is given."""

    def __init__(self) -> None:
        self.inputs: list[Inputs] = []

    def run(self, names: Sequence[str], inputs: Inputs) -> list[NDArray[Any]]:
        self.inputs.append(inputs)
        return [np.zeros((len(inputs["passages"]), 1)) for _ in names]


def prepared(model: TransformerModel, texts: Sequence[PassagedText]) -> list[Inputs]:
    """What a model gives its network for texts, each within a window."""
    recorder = _Recorder()
    session, model._session = model._session, recorder  # noqa: SLF001 - taken apart to be timed
    for text in texts:
        model.score([text])
    model._session = session  # noqa: SLF001 - as it was
    return recorder.inputs
