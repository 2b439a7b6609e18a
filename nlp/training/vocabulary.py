"""Trim an encoder's vocabulary, which is most of its size, to the pieces that texts in three languages need.

A unigram tokenizer works with fewer pieces as it does with all: a text is cut into the likeliest of those
that are left. Kept are the special pieces, the single characters of Latin script and common signs, and
the pieces that frequent words and given texts are cut into, the most frequent first.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

from nlp.answers import LANGUAGES
from nlp.errors import MissingExtraError

# As many pieces as let the whole artifact stay under 45 MB.
MOST_PIECES = 35_000
# The words of each general list that are counted.
LISTED_WORDS = 60_000
# Basic Latin to Latin Extended-B, combining accents, Latin Extended Additional, and general punctuation to
# currency signs.
CHARACTERS = [*range(0x20, 0x250), *range(0x300, 0x370), *range(0x1E00, 0x1F00), *range(0x2010, 0x20D0)]


def listed_words() -> dict[str, float]:
    """Frequent words of the three languages with their frequency, from wordfreq's general lists.

    Source: Speer 2022, "rspeer/wordfreq", lists made of encyclopedias, subtitles, news, books and the web.

    Raises:
        MissingExtraError: wordfreq is not installed.
    """
    try:
        import wordfreq
    except ModuleNotFoundError as error:
        raise MissingExtraError("wordfreq") from error
    frequencies: defaultdict[str, float] = defaultdict(float)
    for language in LANGUAGES:
        for word in wordfreq.top_n_list(language, LISTED_WORDS):
            frequencies[word] += wordfreq.word_frequency(word, language)
    return dict(frequencies)


def chosen_pieces(
    tokenizer: "Tokenizer", words: Mapping[str, float], texts: Iterable[str], most: int = MOST_PIECES
) -> list[int]:
    """Choose the pieces to keep, in the order that they have.

    Args:
        tokenizer: with all pieces; unigram.
        words: frequent words with their frequency, of which the rarest go first.
        texts: texts whose pieces are all kept, however many they are.
        most: up to how many pieces those of words are added.
    """
    model = json.loads(tokenizer.to_str())["model"]
    special = {entry["id"] for entry in json.loads(tokenizer.to_str())["added_tokens"]}
    places = {piece: place for place, (piece, _) in enumerate(model["vocab"])}
    kept = {place for place in special if place < len(places)} | {model["unk_id"]}
    for sign in map(chr, CHARACTERS):
        kept |= {places[piece] for piece in (sign, f"▁{sign}", "▁") if piece in places}
    for text in texts:
        kept.update(tokenizer.encode(text, add_special_tokens=False).ids)
    counted: defaultdict[int, float] = defaultdict(float)
    for word, frequency in words.items():
        # As words are written: within a sentence, at its beginning, in capitals.
        for form in (word, word.capitalize(), word.upper()):
            for place in tokenizer.encode(form, add_special_tokens=False).ids:
                counted[place] += frequency
    for place in sorted(counted, key=lambda place: -counted[place]):
        if len(kept) >= most:
            break
        kept.add(place)
    return sorted(kept)


def trim(
    encoder: Any, tokenizer: "PreTrainedTokenizerFast", texts: Iterable[str], most: int = MOST_PIECES
) -> "PreTrainedTokenizerFast":
    """Trim an encoder in place, and give the tokenizer that goes with it.

    Only a unigram tokenizer can be trimmed; an encoder with another one stays as it is.

    Raises:
        MissingExtraError: wordfreq is not installed.
    """
    backend = tokenizer.backend_tokenizer
    if json.loads(backend.to_str())["model"]["type"] != "Unigram":
        return tokenizer
    from transformers import PreTrainedTokenizerFast

    kept = sorted({tokenizer.pad_token_id, *chosen_pieces(backend, listed_words(), texts, most)})
    trim_embeddings(encoder, kept, tokenizer.pad_token_id)
    return PreTrainedTokenizerFast(
        tokenizer_object=trimmed_tokenizer(backend, kept),
        model_max_length=tokenizer.model_max_length,
        **tokenizer.special_tokens_map,
    )


def trimmed_tokenizer(tokenizer: "Tokenizer", kept: list[int]) -> "Tokenizer":
    """The same tokenizer with the kept pieces alone, numbered anew in their order."""
    from tokenizers import Tokenizer as NewTokenizer

    parts: dict[str, Any] = json.loads(tokenizer.to_str())
    new = {old: place for place, old in enumerate(kept)}
    vocabulary = parts["model"]["vocab"]
    parts["model"]["vocab"] = [vocabulary[old] for old in kept]
    parts["model"]["unk_id"] = new[parts["model"]["unk_id"]]
    parts["added_tokens"] = [
        {**entry, "id": new[entry["id"]]} for entry in parts["added_tokens"] if entry["id"] in new
    ]
    for entry in (parts["post_processor"] or {}).get("special_tokens", {}).values():
        entry["ids"] = [new[old] for old in entry["ids"]]
    return NewTokenizer.from_str(json.dumps(parts, ensure_ascii=False))


def trim_embeddings(encoder: Any, kept: list[int], pad: int) -> None:
    """Keep the embeddings of the kept pieces alone, in place; `pad` is the one for padding, among them."""
    weights = encoder.get_input_embeddings().weight.detach()[torch.tensor(kept)].clone()
    padding = kept.index(pad)
    encoder.set_input_embeddings(nn.Embedding.from_pretrained(weights, freeze=False, padding_idx=padding))
    encoder.config.vocab_size = len(kept)
    encoder.config.pad_token_id = padding
