"""A sentence encoder: any ONNX model in a folder, as sentence-transformers lays one out.

model.onnx (or onnx/model.onnx, and beside these a quantised one), tokenizer.json
1_Pooling/config.json                 how the vectors of pieces become one: mean, or the first
config_sentence_transformers.json     what is written before a question and before a passage
sentence_bert_config.json             how many pieces of a text are read
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from kb.search.index.embedding import Vectors

RUNTIME = "onnxruntime"
MOST_PIECES = 512  # of a text that are read, where the folder does not say
MOST_ASKED = 48  # of a question: half a millisecond each
_MODELS = ("model.onnx", "model_quantized.onnx", "onnx/model.onnx", "onnx/model_quantized.onnx")
_PROMPTS = "config_sentence_transformers.json"
_POOLING = "1_Pooling/config.json"
_LENGTHS = "sentence_bert_config.json"
_STEPS = "modules.json"
_POOLS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "first"}
_KNOWN_STEPS = ("Transformer", "Pooling", "Normalize")
_SAMPLE = "Where is my parcel?"


class EncoderTrouble(OSError):
    """An encoder that cannot be used. Its text is a sentence: what, and what to do about it."""


class Layout(Struct, frozen=True):
    """What the files of a folder say of its encoder."""

    model: Path
    tokenizer: Path
    pool: str = "mean"
    width: int = 0  # numbers of a vector; 0 where it is not told
    longest: int = MOST_PIECES
    before_question: str = ""
    before_passage: str = ""


def runtime_installed() -> bool:
    """Could an encoder be run?"""
    return importlib.util.find_spec(RUNTIME) is not None


def layout_of(folder: Path) -> Layout:
    """What an encoder's folder says. Raises EncoderTrouble."""
    if not folder.is_dir():
        raise EncoderTrouble(f"there is no folder {folder}; name another, or none")
    model = next((folder / name for name in _MODELS if (folder / name).is_file()), None)
    if model is None:
        raise EncoderTrouble(f"{folder} has no model.onnx, nor onnx/model.onnx")
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise EncoderTrouble(f"{folder} has no tokenizer.json")
    _ensure_steps(folder / _STEPS)
    pooling, prompts = _told(folder / _POOLING), _told(folder / _PROMPTS).get("prompts") or {}
    try:
        return Layout(
            model=model,
            tokenizer=tokenizer,
            pool=_pool(pooling, folder / _POOLING),
            width=int(pooling.get("word_embedding_dimension", 0)),
            longest=int(_told(folder / _LENGTHS).get("max_seq_length") or MOST_PIECES),
            before_question=str(prompts.get("query", "")),
            before_passage=str(prompts.get("passage", prompts.get("document", ""))),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise EncoderTrouble(f"{folder} says something unusable: {error}") from error


class Encoder:
    """The model of `folder`, loaded at once (a third of a second). Safe to share between threads,
    not with a process that is forked later.

    `name` is made of its bytes: vectors of another model are of no use with this one.
    """

    def __init__(self, folder: Path) -> None:
        """Raises EncoderTrouble."""
        self._folder = folder
        self._layout = layout = layout_of(folder)
        self._tokenizer = _tokenizer(layout)
        self._session = _session(layout.model)
        self._taken = {one.name for one in self._session.get_inputs()}
        self._given = [one.name for one in self._session.get_outputs()]
        self.name = _name_of(folder)
        self.of_question = lru_cache(maxsize=1024)(self._of_question)
        self.width = self._measured()

    def of_passages(self, texts: Sequence[str]) -> Vectors:
        """A unit vector for each, shape (n, width). Raises EncoderTrouble."""
        every = [self._encoded(self._layout.before_passage + text) for text in texts]
        return np.array(every, np.float32).reshape(-1, self.width)

    def _of_question(self, text: str) -> Vectors:
        """A unit vector. Raises EncoderTrouble."""
        return self._encoded(self._layout.before_question + text, MOST_ASKED)

    def _encoded(self, text: str, most: int = MOST_PIECES) -> Vectors:
        usable = text.encode("utf-8", "replace").decode()
        ids = self._tokenizer.encode(usable).ids
        most = min(most, self._layout.longest)
        if len(ids) > most:
            ids = [*ids[: most - 1], ids[-1]]
        pieces = np.array([ids], np.int64)
        taken = {
            "input_ids": pieces,
            "attention_mask": np.ones_like(pieces),
            "token_type_ids": np.zeros_like(pieces),
        }
        asked = {name: values for name, values in taken.items() if name in self._taken}
        try:
            found = np.asarray(self._session.run([self._output()], asked)[0][0], np.float32)
        except Exception as error:
            raise EncoderTrouble(f"{self._folder} encodes nothing: {_line(error)}") from error
        if found.ndim == 2:
            found = found[0] if self._layout.pool == "first" else found.mean(axis=0)
        length = float(np.linalg.norm(found))
        if found.ndim != 1 or not np.isfinite(length):
            raise EncoderTrouble(f"{self._folder} makes no vector of a sentence")
        return np.asarray(found / max(length, 1e-9), np.float32)

    def _output(self) -> str:
        """The vector of the sentence, where the model itself makes it."""
        return "sentence_embedding" if "sentence_embedding" in self._given else self._given[0]

    def _measured(self) -> int:
        """How many numbers a vector has: tried out. Raises EncoderTrouble."""
        width = len(self._of_question(_SAMPLE))
        if self._layout.width not in (0, width):
            told = f"{width} numbers, where {_POOLING} says {self._layout.width}"
            raise EncoderTrouble(f"{self._folder} makes vectors of {told}")
        return width


def _pool(told: Mapping[str, Any], file: Path) -> str:
    """How the vectors of pieces become one; the mean where nothing is told."""
    modes = [name for name, on in told.items() if name.startswith("pooling_mode") and on]
    if not modes:
        return "mean"
    if len(modes) > 1 or modes[0] not in _POOLS:
        raise EncoderTrouble(f"{file} asks for {' and '.join(modes)}; kb has mean and cls")
    return _POOLS[modes[0]]


def _ensure_steps(file: Path) -> None:
    """Is there nothing to be done after the pooling that kb does not do?"""
    told = _read_json(file) if file.is_file() else []
    kinds = [str(one.get("type", "")).rpartition(".")[2] for one in told if isinstance(one, dict)]
    for kind in kinds:
        if kind not in _KNOWN_STEPS:
            raise EncoderTrouble(f"{file} asks for a step {kind}, which kb does not do")


def _told(file: Path) -> dict[str, Any]:
    """What a file of settings says; nothing where it is missing. Raises EncoderTrouble."""
    told = _read_json(file) if file.is_file() else {}
    if not isinstance(told, dict):
        raise EncoderTrouble(f"{file} is damaged: it has no names")
    return told


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EncoderTrouble(f"{file} cannot be read: {error}") from error


def _tokenizer(layout: Layout) -> Any:
    # Its threads would not come along into a forked process; one text needs none.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    tokenizers = importlib.import_module("tokenizers")
    try:
        found = tokenizers.Tokenizer.from_file(str(layout.tokenizer))
    except Exception as error:
        raise EncoderTrouble(f"{layout.tokenizer} is damaged: {_line(error)}") from error
    found.no_truncation()
    found.no_padding()
    return found


def _session(model: Path) -> Any:
    """One thread, so that a search takes no core from another one; no memory kept in advance."""
    if not runtime_installed():
        raise EncoderTrouble(f"{RUNTIME} is not installed: pip install 'kb[meaning]'")
    runtime = importlib.import_module(RUNTIME)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4  # what goes wrong is raised, and told here
    try:
        return runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise EncoderTrouble(f"{model} is damaged: {_line(error)}") from error


def _name_of(folder: Path) -> str:
    """A fingerprint of all files that a vector depends on."""
    found = hashlib.blake2b(digest_size=8)
    for file in sorted(folder.rglob("*")):
        if file.is_file() and (".onnx" in file.name or file.suffix == ".json"):
            found.update(file.relative_to(folder).as_posix().encode() + b"\0")
            with file.open("rb") as opened:
                found.update(hashlib.file_digest(opened, "blake2b").digest())
    return found.hexdigest()


def _line(error: Exception) -> str:
    """The first line of what it says."""
    return next(iter(str(error).splitlines()), type(error).__name__)
