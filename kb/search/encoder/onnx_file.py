"""Writes ONNX models: as much of their protobuf format as a graph of a few kinds of nodes needs.

The numbers of the fields are those of onnx.proto, which stands still.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

import numpy as np

from kb.search.index.array_file import Array

MICROSOFT = "com.microsoft"  # whose nodes every build of onnxruntime has
_VERSIONS = {"": 17, MICROSOFT: 1}
_FORMAT = 8  # of the file
_KINDS = {"float32": 1, "int8": 3, "int32": 6, "int64": 7}
_LENGTH, _FOUR_BYTES = 2, 5  # how a field is written, beside 0 for a number
Dims = Sequence[int | str]  # of which some are named instead of counted


def node(
    kind: str, inputs: Iterable[str], outputs: Sequence[str], **attributes: float | int
) -> bytes:
    """One step: what it takes, what it gives. Kinds that are not ONNX's own are Microsoft's."""
    own = kind in _OWN
    told = b"".join(_bytes(1, name) for name in inputs)
    told += b"".join(_bytes(2, name) for name in outputs)
    told += _bytes(3, outputs[0]) + _bytes(4, kind)
    told += b"".join(_bytes(5, _attribute(*one)) for one in attributes.items())
    return told if own else told + _bytes(7, MICROSOFT)


_OWN = frozenset("Add Cast Gather LayerNormalization Mul Shape Slice Split".split())


def tensor(name: str, values: Array) -> bytes:
    """Numbers that belong to the model."""
    told = b"".join(_number(1, size) for size in values.shape)
    told += _number(2, _KINDS[values.dtype.name]) + _bytes(8, name)
    return told + _bytes(9, np.ascontiguousarray(values).tobytes())


def port(name: str, kind: str, dims: Dims) -> bytes:
    """What goes into the model, or comes out of it."""
    sizes = (_number(1, one) if isinstance(one, int) else _bytes(2, one) for one in dims)
    shape = b"".join(_bytes(1, size) for size in sizes)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, _KINDS[kind]) + _bytes(2, shape)))


def model(
    nodes: Iterable[bytes],
    tensors: Iterable[bytes],
    inputs: Iterable[bytes],
    outputs: Iterable[bytes],
) -> bytes:
    """The whole file."""
    graph = _bytes(2, "kb")
    for field, parts in ((1, nodes), (5, tensors), (11, inputs), (12, outputs)):
        graph += b"".join(_bytes(field, part) for part in parts)
    versions = (_bytes(1, name) + _number(2, one) for name, one in _VERSIONS.items())
    told = _number(1, _FORMAT) + _bytes(2, "kb") + _bytes(7, graph)
    return told + b"".join(_bytes(8, version) for version in versions)


def _attribute(name: str, value: float | int) -> bytes:
    if isinstance(value, float):
        written = _varint(2 << 3 | _FOUR_BYTES) + struct.pack("<f", value)
        return _bytes(1, name) + written + _number(20, 1)
    return _bytes(1, name) + _number(3, value) + _number(20, 2)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    told = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | _LENGTH) + _varint(len(told)) + told


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; a negative number as one of 64 bits."""
    value &= (1 << 64) - 1
    told = bytearray()
    while value > 127:
        told.append(value & 127 | 128)
        value >>= 7
    told.append(value)
    return bytes(told)
