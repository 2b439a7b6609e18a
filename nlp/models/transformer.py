"""The transformer: an encoder with heads, run by onnxruntime in 8 bits, without torch or transformers.

Each text is read alone, so its scores do not depend on the texts beside it: the scales of 8 bits do.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.answers import STANCES
from nlp.models.calibration import Calibration
from nlp.models.familiarity import known_share
from nlp.models.labels import LabelSet
from nlp.models.model import ModelId
from nlp.models.scores import PassagedText, Scores, Span

# Texts that are read at a time, each by one thread.
WORKERS = 2
# The pieces that the encoder reads at once, without the two that mark beginning and end. Longer texts are
# read in windows that overlap by half.
WINDOW = 510

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text's pieces, and the passages that are judged in it.

    Attributes:
        start, end: of the stretch.
        passages: their numbers.
    """

    start: int
    end: int
    passages: list[int]


def windows(pieces: int, passages: Sequence[Span]) -> list[Window]:
    """Cut a text into windows, and give each passage to the one that holds most of it, the first of several.

    A passage that is longer than a window is given to all that it reaches into.

    Args:
        pieces: how many the text has.
        passages: the first piece of each and the one after its last.
    """
    starts = [0, *range(WINDOW // 2, max(0, pieces - WINDOW // 2), WINDOW // 2)]
    bounds = [(start, min(start + WINDOW, pieces)) for start in starts]
    holders: dict[Span, list[int]] = {}
    for number, (first, last) in enumerate(passages):
        held = {bound: min(last, bound[1]) - max(first, bound[0]) for bound in bounds}
        reached = [bound for bound in bounds if held[bound] > 0]
        for bound in reached if last - first > WINDOW else [max(bounds, key=held.__getitem__)]:
            holders.setdefault(bound, []).append(number)
    return [Window(*bound, numbers) for bound, numbers in holders.items()]


class TransformerModel:
    """A fine-tuned encoder with its heads.

    Args:
        model_id: its name and version.
        calibration: how its scores are read.
        labels: what it finds.
        network: the ONNX file; inputs `input_ids` (1, T), `passages` (P, T), `answers` (P, T), outputs
            probabilities of stances (P, 4), tags (P, 3, C), instruments (P, I).
        tokenizer: the tokenizer's JSON.
        known_words: the words of the texts that it learned from.
        familiar_share: the share of a text's words that must be known, else the text is unfamiliar.
    """

    KIND = "transformer"
    FILES = ("network.onnx", "tokenizer.json", "words.json")
    LIBRARIES = ("numpy", "onnxruntime", "tokenizers")

    def __init__(
        self,
        model_id: ModelId,
        calibration: Calibration,
        labels: LabelSet,
        *,
        network: bytes,
        tokenizer: str,
        known_words: Collection[str],
        familiar_share: float = 0.0,
    ) -> None:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer

        options = SessionOptions()
        # One thread a text: two texts at a time are faster than two threads on one.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # What one long text needed would be kept for ever.
        options.enable_cpu_mem_arena = False
        self.id = model_id
        self.calibration = calibration
        self.labels = labels
        self.known_words = frozenset(known_words)
        self.familiar_share = familiar_share
        self._files = (network, tokenizer)
        self._tokenizer = Tokenizer.from_str(tokenizer)
        # A tokenizer keeps how it was last used: windows take the place of cutting texts short.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._session = InferenceSession(
            network,
            options,
            providers=["CPUExecutionProvider"],
            # Its fused kernel was measured to take longer than what it fuses.
            disabled_optimizers=["SkipLayerNormFusion"],
        )
        self._check_network()

    def write(self, folder: Path) -> None:
        """Write the model's files to a folder."""
        network, tokenizer = self._files
        (folder / self.FILES[0]).write_bytes(network)
        (folder / self.FILES[1]).write_text(tokenizer, encoding="utf-8")
        words = {"familiar_share": self.familiar_share, "words": sorted(self.known_words)}
        (folder / self.FILES[2]).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(
        cls, model_id: ModelId, calibration: Calibration, labels: LabelSet, folder: Path
    ) -> "TransformerModel":
        """Read what write wrote."""
        words = json.loads((folder / cls.FILES[2]).read_text(encoding="utf-8"))
        network = (folder / cls.FILES[0]).read_bytes()
        tokenizer = (folder / cls.FILES[1]).read_text(encoding="utf-8")
        share = float(words["familiar_share"])
        if not 0 <= share <= 1:
            raise ValueError("familiar_share is no share")
        try:
            return cls(
                model_id,
                calibration,
                labels,
                network=network,
                tokenizer=tokenizer,
                known_words=words["words"],
                familiar_share=share,
            )
        except Exception as error:  # the libraries' own, which have no kind in common
            raise ValueError(str(error)) from error

    def score(self, texts: Sequence[PassagedText]) -> list[Scores]:
        """Score answers; see Model."""
        if len(texts) < WORKERS:
            return [self._score(text) for text in texts]
        with ThreadPoolExecutor(WORKERS) as workers:
            return list(workers.map(self._score, texts))

    def _score(self, passaged: PassagedText) -> Scores:
        text, spans = passaged
        encoded = self._tokenizer.encode(text)
        # The first and the last piece mark beginning and end, and stand for no text.
        ids, offsets = encoded.ids[1:-1], encoded.offsets[1:-1]
        pieces = [_pieces_of(span, offsets) for span in spans]
        results = []
        for window in windows(len(ids), pieces):
            inside = [encoded.ids[0], *ids[window.start : window.end], encoded.ids[-1]]
            weights = np.stack([_pooled(pieces[number], window) for number in window.passages])
            whole = np.tile(_pooled((window.start, window.end), window), (len(weights), 1))
            found = self._session.run(
                ["stances", "tags", "instruments"],
                {"input_ids": np.array([inside]), "passages": weights, "answers": whole},
            )
            results.append((window.passages, found))
        stances, tags, instruments = (
            _highest(len(spans), [(numbers, found[part]) for numbers, found in results]) for part in range(3)
        )
        familiar = known_share(text, self.known_words) >= self.familiar_share
        return Scores(stances, tags, instruments, familiar)

    def _check_network(self) -> None:
        """Refuse a network that is not one of these labels.

        Raises:
            ValueError: it has other inputs or outputs.
        """
        inputs = {each.name for each in self._session.get_inputs()}
        outputs = {each.name: each.shape[-1] for each in self._session.get_outputs()}
        codes, pointed = len(self.labels.codes), len(self.labels.pointed)
        expected = {"stances": len(STANCES), "tags": codes, "instruments": pointed}
        # The exporter may leave open how many labels none are.
        known = {
            name: size if isinstance(size, int) else expected.get(name) for name, size in outputs.items()
        }
        if inputs != {"input_ids", "passages", "answers"} or known != expected:
            raise ValueError("the network has other inputs or outputs than the labels ask for")


def _highest(passages: int, parts: Sequence[tuple[list[int], Weights]]) -> NDArray[np.float64]:
    """What was found of each passage; the highest of what was found in several windows."""
    values = np.zeros((passages, *parts[0][1].shape[1:]))
    for numbers, found in parts:
        values[numbers] = np.maximum(values[numbers], found)
    return values


def _pieces_of(span: Span, offsets: Sequence[Span]) -> Span:
    """The first piece of a passage and the one after its last; the whole text where it has none."""
    start, end = span
    # Pieces stand in order, so those that end after the start begin where the passage does.
    first = bisect_right(offsets, start, key=itemgetter(1))
    last = bisect_left(offsets, end, key=itemgetter(0))
    return (first, last) if first < last else (0, len(offsets))


def _pooled(pieces: Span, window: Window) -> Weights:
    """The weight of each piece of a window, with its beginning and end, for a passage; they add up to 1."""
    first, last = max(pieces[0], window.start), min(pieces[1], window.end)
    weights = np.zeros(window.end - window.start + 2, dtype=np.float32)
    weights[first - window.start + 1 : last - window.start + 1] = 1 / max(1, last - first)
    return weights
