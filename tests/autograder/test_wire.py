"""How values leave a sandbox: what is packed comes back, and no bytes whatever do anything but fail."""

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.inside import wire

arrays = hnp.arrays(
    st.sampled_from(["float32", "float64", "int64", "uint8", "bool"]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | arrays,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4),
    max_leaves=12,
)


def same(a, b):
    if isinstance(a, np.ndarray):
        return (
            isinstance(b, np.ndarray)
            and a.dtype == b.dtype
            and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        )
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


@given(plain)
@settings(max_examples=200, deadline=None)
def test_what_is_packed_comes_back(value):
    assert same(value, wire.unpack(wire.pack(value)))


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_plain_value_or_a_wire_error(content):
    with contextlib.suppress(wire.WireError):
        wire.unpack(content)


@given(plain, st.integers(0, 10_000), st.integers(0, 255))
@settings(max_examples=200, deadline=None)
def test_a_changed_byte_gives_a_plain_value_or_a_wire_error(value, place, byte):
    content = bytearray(wire.pack(value))
    content[place % len(content)] = byte
    with contextlib.suppress(wire.WireError):
        wire.unpack(bytes(content))


def packed(structure, data=b""):
    text = json.dumps(structure).encode()
    return struct.pack(">Q", len(text)) + text + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x05hello\x94.",  # a pickle
        struct.pack(">Q", 1 << 60) + b"{}",
        packed({"": ["<f4", [1 << 40]]}),
        packed({"": ["<f4", [-1]]}),
        packed({"": ["<f4", [1 << 62, 1 << 62]]}),
        packed({"": ["|O", [1]]}, b"12345678"),
        packed({"": ["<U9", [1]]}, b"1" * 36),
        packed({"": ["<f4,<f4", [1]]}, b"12345678"),
        packed({"": ["<f4", [1, True]]}, b"1234"),
        packed({"": 3}),
        packed([1], b"left over"),
        struct.pack(">Q", 200_000) + b"[" * 200_000,
    ],
)
def test_hostile_bytes_are_refused(content):
    with pytest.raises(wire.WireError):
        wire.unpack(content)


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, {"": 1}, np.array([None]), np.array(["a"]), {"a": {3, 4}}, b"bytes"]
)
def test_what_is_not_plain_is_not_packed(value):
    with pytest.raises(wire.WireError):
        wire.pack(value)


def test_a_value_within_itself_is_not_packed():
    value = []
    value.append(value)
    with pytest.raises(wire.WireError, match="nested deeper"):
        wire.pack(value)


def test_frames_leave_out_what_is_cut_off():
    stream = wire.frame(b"one") + wire.frame(b"") + wire.frame(b"three")
    assert wire.frames(stream) == [b"one", b"", b"three"]
    assert wire.frames(stream[:-1]) == [b"one", b""]
    assert wire.frames(b"\xff" * 30) == []
