"""A sentence encoder of a few words, as a folder like any other: a table of their vectors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kb.search.encoder.onnx_file import model, node, port, tensor

WIDTH = 8
# Words on one line mean the same here. Nobody else knows that what is late is purple.
ALIKE = (
    "parcel carton consignment",
    "broken crushed yellow",
    "refund reimburse money",
    "late tardy purple",
    "card plastic",
    "question",
    "passage",
)


def small_encoder(
    folder: Path,
    *,
    prompts: Mapping[str, str] | None = None,
    pooling: Mapping[str, object] | None = None,
    alike: Sequence[str] = ALIKE,
    output: str = "last_hidden_state",
) -> Path:
    """Write one into `folder`. Words that it does not know mean nothing."""
    words = [word for line in alike for word in line.split()]
    table = np.zeros((len(words) + 1, WIDTH), np.float32)
    for nth, line in enumerate(alike):
        for word in line.split():
            table[words.index(word) + 1, nth] = 1
    folder.mkdir(parents=True, exist_ok=True)
    written = model(
        [node("Gather", ["table", "input_ids"], [output])],
        [tensor("table", table)],
        [port("input_ids", "int64", ("texts", "pieces"))],
        [port(output, "float32", ("texts", "pieces", WIDTH))],
    )
    (folder / "model.onnx").write_bytes(written)
    told = {
        "tokenizer.json": _tokenizer(words),
        "config_sentence_transformers.json": {"prompts": prompts or {}},
        "1_Pooling/config.json": pooling or {"pooling_mode_mean_tokens": True},
    }
    for name, values in told.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(values), encoding="utf-8")
    return folder


def _tokenizer(words: Sequence[str]) -> dict[str, object]:
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {"[UNK]": 0} | {word: nth for nth, word in enumerate(words, 1)},
            "unk_token": "[UNK]",
        },
    }
