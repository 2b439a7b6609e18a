import struct

import numpy as np

from nlp.training.q4_file import Sizes, dequantize, read_q4


def block(scale, nibbles):
    """A block of 4-bit weights as the file holds it, from its 32 values 0 to 15."""
    pairs = zip(nibbles[:16], nibbles[16:], strict=True)
    return struct.pack("<e", scale) + bytes(low | high << 4 for low, high in pairs)


def test_a_block_holds_the_first_half_in_low_nibbles_and_the_second_in_high_ones():
    # 0x3800 is 0.5 in half precision; byte 0 is weights 0 and 16, byte 15 weights 15 and 31.
    data = b"\x00\x38" + b"\xf0" + b"\x88" * 14 + b"\x1a"
    weights = dequantize(data)
    assert weights.dtype == np.float32
    assert weights[0] == (0 - 8) * 0.5
    assert weights[16] == (15 - 8) * 0.5
    assert weights[15] == (10 - 8) * 0.5
    assert weights[31] == (1 - 8) * 0.5
    assert not weights[1:15].any()
    assert not weights[17:31].any()


def test_blocks_follow_one_another_each_with_its_scale():
    data = block(2.0, [9] * 32) + block(-0.25, [0] * 32)
    assert dequantize(data).tolist() == [2.0] * 32 + [2.0] * 32


def test_tensors_are_found_behind_the_tokenizer():
    header = b"E5S1" + struct.pack("<I7ifi", 1, 32, 2, 4, 64, 7, 9, 3, 0.5, 32)
    # Two pieces, "a" and "bc": their ends, their scores, their letters; and one character that is mapped.
    tokenizer = struct.pack("<5iQ3I2f3s", 2, 0, 2, 1, 3, 3, 0, 1, 3, -1.0, -2.0, b"abc")
    mapped = struct.pack("<iIIBI", 1, 9, 0x2160, 1, 0x49)
    floats, quantized = struct.pack("<2f", 1.5, -2.0), block(1.0, [8] * 31 + [10])
    names = (b"emb.ln.w", b"l0.q.w")
    start = len(header + tokenizer + mapped) + 4 + sum(2 + len(name) + 21 for name in names)
    directory = struct.pack("<i", 2)
    directory += struct.pack("<H8sBIQQ", 8, names[0], 0, 2, start, 8)
    directory += struct.pack("<H6sBIQQ", 6, names[1], 1, 32, start + 8, 18)
    sizes, tensors = read_q4(header + tokenizer + mapped + directory + floats + quantized)
    assert sizes == Sizes(32, 2, 4, 64, 7, 9, 3, 0.5)
    assert tensors["emb.ln.w"].tolist() == [1.5, -2.0]
    assert tensors["l0.q.w"].tolist() == [0.0] * 31 + [2.0]
