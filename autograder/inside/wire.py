"""Plain values as bytes: JSON for the structure, raw bytes for the arrays. Nothing is ever unpickled.

A packed value is 8 bytes (length of the JSON, big-endian), the JSON, and the arrays' bytes one after another.
In the JSON an array stands as {"": [dtype, shape]}, in the order of the bytes; a dict of the value's own that
has the key "" is refused when packing.
"""

import json
import struct
from typing import Any

import numpy as np

_LENGTH = struct.Struct(">Q")
_KINDS = "biuf"  # bool, int, unsigned, float: no object arrays, no strings
_MAX_DEPTH = 40


class WireError(ValueError):
    """The bytes are no packed value, or the value cannot be packed."""


def frame(content: bytes) -> bytes:
    """The content with its length in front, as it goes through a pipe."""
    return _LENGTH.pack(len(content)) + content


def frames(stream: bytes) -> list[bytes]:
    """The whole frames at the start of a stream; what is cut off at its end is left out."""
    found, place = [], 0
    while place + _LENGTH.size <= len(stream):
        (length,) = _LENGTH.unpack_from(stream, place)
        place += _LENGTH.size
        if place + length > len(stream):
            break
        found.append(stream[place : place + length])
        place += length
    return found


def pack(value: Any) -> bytes:
    """None, bool, int, float, str, numeric arrays, and lists and string-keyed dicts of these, as bytes.

    Raises:
        WireError: something in it is not plain; says what.
    """
    arrays: list[bytes] = []

    def out(part: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise WireError(f"nested deeper than {_MAX_DEPTH}")
        if part is None or type(part) in (bool, int, float, str):
            return part
        if type(part) is np.ndarray:
            if part.dtype.kind not in _KINDS:
                raise WireError(f"an array of dtype {part.dtype} is not plain")
            arrays.append(np.ascontiguousarray(part).tobytes())
            return {"": [part.dtype.str, list(part.shape)]}
        if type(part) in (list, tuple):
            return [out(inner, depth + 1) for inner in part]
        if type(part) is dict:
            if any(type(key) is not str or not key for key in part):
                raise WireError("the keys of a dict must be strings, and not empty")
            return {key: out(inner, depth + 1) for key, inner in part.items()}
        raise WireError(f"a {type(part).__name__} is not plain")

    text = json.dumps(out(value, 0), ensure_ascii=True).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *arrays])


def unpack(content: bytes) -> Any:
    """The value that `pack` made the bytes from. Whatever the bytes are, the result is plain, or WireError.

    Raises:
        WireError: the bytes are cut off, no JSON, nested too deep, or the arrays' sizes do not fit.
    """
    if len(content) < _LENGTH.size:
        raise WireError("cut off")
    (length,) = _LENGTH.unpack_from(content)
    place = _LENGTH.size + length
    if place > len(content):
        raise WireError("cut off")
    try:
        structure = json.loads(content[_LENGTH.size : place].decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise WireError("no JSON") from error

    def array(dtype: Any, shape: Any) -> np.ndarray:
        nonlocal place
        sizes = isinstance(shape, list) and all(type(size) is int and size >= 0 for size in shape)
        if not sizes or len(shape) > 32 or not isinstance(dtype, str) or len(dtype) > 4:
            raise WireError("no array")
        try:
            kind = np.dtype(dtype)
        except (TypeError, ValueError) as error:
            raise WireError("no dtype") from error
        count = 1
        for size in shape:
            count *= size
        end = place + count * kind.itemsize
        if kind.kind not in _KINDS or kind.itemsize == 0 or end > len(content):
            raise WireError("an array's size does not fit")
        try:
            made = np.frombuffer(content[place:end], kind).reshape(shape).copy()
        except ValueError as error:  # sizes of which one is 0 can be larger than any array's
            raise WireError("an array's size does not fit") from error
        place = end
        return made

    def back(part: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise WireError(f"nested deeper than {_MAX_DEPTH}")
        if isinstance(part, list):
            return [back(inner, depth + 1) for inner in part]
        if isinstance(part, dict):
            if part.keys() == {""}:
                if not isinstance(part[""], list) or len(part[""]) != 2:
                    raise WireError("no array")
                return array(*part[""])
            return {key: back(inner, depth + 1) for key, inner in part.items()}
        return part

    value = back(structure, 0)
    if place != len(content):
        raise WireError("bytes left over")
    return value
