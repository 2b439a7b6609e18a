"""The encoder that is fine-tuned: multilingual-e5-small, or any other, from the hub or a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.errors import MissingExtraError, ModelError
from nlp.training import e5_small

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# The name on the hub of the encoder that is used where none is named.
DEFAULT_ENCODER = "intfloat/multilingual-e5-small"
# The pieces that an encoder must be able to read at once, with the two that mark beginning and end.
LONGEST = 512


def load_encoder(name: str = DEFAULT_ENCODER) -> "tuple[Any, PreTrainedTokenizerFast, str]":
    """Load an encoder and its tokenizer.

    The default one comes from the hub where that can be reached, else from installed packages, in 4 bits.

    Args:
        name: its name on the hub, or the folder of one that transformers saved.

    Returns:
        The encoder, its tokenizer, and where they came from, in words.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ModelError: there is no such encoder, or it has no fast tokenizer; or a package is missing.
    """
    try:
        import transformers
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "transformers") from error
    # What it says of parts that are not used here would worry whoever trains.
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    if name != DEFAULT_ENCODER and name.startswith((".", "/", "~")) and not Path(name).is_dir():
        raise ModelError(name, "is no folder")
    try:
        # Weights as plain numbers only: other formats can run code when they are read.
        here = Path(name).is_dir() or not _reachable(name)
        encoder = transformers.AutoModel.from_pretrained(
            name, use_safetensors=True, local_files_only=here, dtype="float32"
        )
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(name, local_files_only=here)
    except (OSError, ValueError) as error:
        if name == DEFAULT_ENCODER:
            return (
                e5_small.load_encoder(),
                e5_small.load_tokenizer(),
                f"{name}, from installed packages, in 4 bits",
            )
        reason = str(error).strip().splitlines()[0]
        raise ModelError(name, f"cannot be loaded as an encoder: {reason}") from error
    _check(encoder, tokenizer, name)
    if getattr(encoder, "pooler", None) is not None:
        # Passages are pooled by the heads; this one would be trained for nothing.
        encoder.pooler = None
    return encoder, tokenizer, name


def _check(encoder: Any, tokenizer: Any, name: str) -> None:
    """Refuse, before hours of training, what could not be trained or served.

    Raises:
        ModelError: says what the encoder or its tokenizer lacks.
    """
    import torch

    if not tokenizer.is_fast or tokenizer.pad_token_id is None:
        raise ModelError(name, "has no fast tokenizer with a piece for padding; name another encoder")
    marked, bare = (tokenizer("law", add_special_tokens=marks)["input_ids"] for marks in (True, False))
    if marked[1:-1] != bare or len(marked) != len(bare) + 2:
        raise ModelError(name, "does not mark a text by a piece at each end; name another encoder")
    try:
        with torch.no_grad():
            pieces = torch.full((1, LONGEST), bare[0])
            states = encoder(input_ids=pieces, attention_mask=torch.ones_like(pieces)).last_hidden_state
    except Exception as error:  # whatever the encoder's own code raises
        raise ModelError(name, f"does not read {LONGEST} pieces: {error}") from error
    if states.shape != (1, LONGEST, encoder.config.hidden_size):
        raise ModelError(name, "does not give a state for each piece; name another encoder")


def _reachable(name: str) -> bool:
    """Whether the hub answers for an encoder; else it is asked for many times over half a minute."""
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(name, timeout=10)
    except Exception:  # noqa: BLE001 - whatever the hub's client or its HTTP library raises
        return False
    return True
