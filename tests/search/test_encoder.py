"""A sentence encoder is read from its folder, and one that cannot be used says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kb.search.encoder.encoder import Encoder, EncoderTrouble
from tests.search.small_encoder import WIDTH, small_encoder


def alike(encoder: Encoder, question: str, passage: str) -> float:
    return float(encoder.of_question(question) @ encoder.of_passages([passage])[0])


def test_sentences_that_mean_the_same_are_near(tmp_path: Path) -> None:
    encoder = Encoder(small_encoder(tmp_path / "small"))
    assert encoder.width == WIDTH
    assert alike(encoder, "crushed carton", "A broken parcel") == pytest.approx(1)
    assert alike(encoder, "crushed carton", "refund the card") == pytest.approx(0)
    assert np.linalg.norm(encoder.of_question("parcel refund late")) == pytest.approx(1)


def test_what_the_folder_says_is_written_before_question_and_passage(tmp_path: Path) -> None:
    prompts = {"query": "question ", "document": "passage "}
    plain = Encoder(small_encoder(tmp_path / "plain"))
    told = Encoder(small_encoder(tmp_path / "told", prompts=prompts))
    assert alike(plain, "parcel", "parcel") == pytest.approx(1)
    assert alike(told, "parcel", "parcel") == pytest.approx(0.5)
    assert alike(told, "parcel", "question parcel") == pytest.approx(np.sqrt(2 / 3))


def test_the_first_piece_may_stand_for_all(tmp_path: Path) -> None:
    pooling = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    encoder = Encoder(small_encoder(tmp_path / "small", pooling=pooling))
    assert alike(encoder, "parcel refund", "parcel late late") == pytest.approx(1)
    assert alike(encoder, "parcel refund", "refund parcel") == pytest.approx(0)


def test_a_text_of_nothing_known_is_like_nothing(tmp_path: Path) -> None:
    encoder = Encoder(small_encoder(tmp_path / "small"))
    assert alike(encoder, "zebra", "parcel") == 0
    assert alike(encoder, "parcel \udc80", "parcel") == pytest.approx(1)


def test_a_long_question_is_cut_and_a_long_passage_read_further(tmp_path: Path) -> None:
    encoder = Encoder(small_encoder(tmp_path / "small"))
    long = "parcel " * 100 + "refund " * 100 + "zebra"
    assert alike(encoder, long, "parcel") == pytest.approx(1)
    assert alike(encoder, "refund", long) == pytest.approx(np.sqrt(0.5))
    assert alike(encoder, "refund", "parcel " * 600 + "refund") < 0.01


def test_its_name_is_that_of_its_bytes(tmp_path: Path) -> None:
    one, same = (Encoder(small_encoder(tmp_path / name)) for name in ("one", "same"))
    other = Encoder(small_encoder(tmp_path / "other", prompts={"query": "question "}))
    assert one.name == same.name != other.name


def spoil(name: str, content: object) -> Callable[[Path], None]:
    """Replace what a file of the folder says."""

    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / name).write_bytes(raw)

    return change


def drop(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def cut_short(folder: Path) -> None:
    whole = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (drop("model.onnx"), "has no model.onnx"),
        (drop("tokenizer.json"), "has no tokenizer.json"),
        (cut_short, "model.onnx is damaged"),
        (spoil("model.onnx", b"no model"), "model.onnx is damaged"),
        (spoil("tokenizer.json", {"model": 3}), "tokenizer.json is damaged"),
        (spoil("1_Pooling/config.json", b"{"), "config.json cannot be read"),
        (spoil("1_Pooling/config.json", [1]), "config.json is damaged"),
        (
            spoil("1_Pooling/config.json", {"word_embedding_dimension": 384}),
            "makes vectors of 8 numbers, where 1_Pooling/config.json says 384",
        ),
        (
            spoil("1_Pooling/config.json", {"pooling_mode_max_tokens": True}),
            "asks for pooling_mode_max_tokens; kb has mean and cls",
        ),
        (
            spoil("modules.json", [{"type": "sentence_transformers.models.Dense"}]),
            "asks for a step Dense, which kb does not do",
        ),
        (spoil("config_sentence_transformers.json", {"prompts": 7}), "says something unusable"),
    ],
)
def test_one_that_cannot_be_used_says_why(
    tmp_path: Path, change: Callable[[Path], None], why: str
) -> None:
    folder = small_encoder(tmp_path / "small")
    change(folder)
    with pytest.raises(EncoderTrouble) as told:
        Encoder(folder)
    assert why in str(told.value)
    assert str(folder) in str(told.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderTrouble, match=r"there is no folder .*nowhere; name another"):
        Encoder(tmp_path / "nowhere")
