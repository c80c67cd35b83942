"""Vectors of passages outlast their process, by the hash of their text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.search.encoder.vectors import MOST_FILES, VectorStore
from kb.search.index.embedding import Vectors

KEYS = np.array([70, 3, 1 << 63], np.uint64)


def units(count: int, seed: int = 1) -> Vectors:
    made = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def test_what_one_process_adds_another_has(tmp_path: Path) -> None:
    vectors = units(3)
    VectorStore(tmp_path).add("e", KEYS, vectors)
    there = VectorStore(tmp_path).passages("e")
    asked = np.array([3, 4, 70, 1 << 63, 0], np.uint64)
    assert there.known(asked).tolist() == [True, False, True, True, False]
    alike = there.alike(asked, vectors[0])
    expected = [vectors[1] @ vectors[0], -2, 1, vectors[2] @ vectors[0], -2]
    assert alike.tolist() == pytest.approx(expected, abs=0.01)


def test_more_is_found_beside_what_was_there(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    store.add("e", KEYS, units(3))
    before = store.passages("e")
    store.add("e", np.array([9], np.uint64), units(1, 2))
    assert store.passages("e") is not before
    assert store.passages("e").known(np.array([9, 70], np.uint64)).all()
    assert not before.known(np.array([9], np.uint64)).any()


def test_those_of_another_encoder_do_not_count_and_are_swept(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    store.add("old", KEYS, units(3))
    assert len(store.passages("new")) == 0
    store.add("new", KEYS[:1], units(1))
    store.sweep("new", KEYS)
    assert len(store.passages("new")) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_there_are_never_many_files_and_a_large_one_is_let_be(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    every, vectors = np.arange(1, 141, dtype=np.uint64), units(140)
    store.add("e", every[:100], vectors[:100])
    (large,) = tmp_path.iterdir()
    for nth in range(100, 140):
        store.add("e", every[nth : nth + 1], vectors[nth : nth + 1])
        assert len(list(tmp_path.iterdir())) <= MOST_FILES
    there = VectorStore(tmp_path).passages("e")
    assert there.known(every).all()
    assert large.exists()
    assert there.alike(every, vectors[4])[4] == pytest.approx(1, abs=0.01)
    assert there.alike(every, vectors[120])[120] == pytest.approx(1, abs=0.01)


def test_a_few_useless_ones_stay_until_they_are_half(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    store.add("e", KEYS, units(3))
    store.sweep("e", KEYS[:2])
    assert len(store.passages("e")) == 3
    store.sweep("e", KEYS[:1])
    assert len(store.passages("e")) == 1
    store.sweep("e", np.array([5], np.uint64))
    assert not store.any()


def test_a_damaged_file_costs_its_own_vectors(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    store.add("e", KEYS, units(3))
    (damaged,) = tmp_path.iterdir()
    store.add("e", np.array([9], np.uint64), units(1))
    raw = bytearray(damaged.read_bytes())
    raw[-150] ^= 1  # within the vectors
    damaged.write_bytes(raw)
    there = VectorStore(tmp_path).passages("e")
    assert there.known(np.array([9, 70], np.uint64)).tolist() == [True, False]
    assert not damaged.exists()
