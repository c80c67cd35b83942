"""How far a candidate stands out by its sentences."""

from __future__ import annotations

import numpy as np
import pytest

from kb.search.ranking.standing_out import Scatter, scatter

NONE = -2.0  # what has no vector


def test_it_is_counted_in_deviations_over_all_sets_together() -> None:
    first, second = np.array([0.8, 0.9], np.float32), np.array([0.7], np.float32)
    found = scatter([first, second])
    assert found.mean == pytest.approx(0.8)
    assert found.standing(first).tolist() == pytest.approx([0, 1.2247], abs=1e-3)
    assert found.standing(second).tolist() == pytest.approx([-1.2247], abs=1e-3)


def test_what_has_no_vector_neither_counts_nor_gains() -> None:
    reached = np.array([0.8, NONE, 0.6], np.float32)
    found = scatter([reached])
    assert found.mean == pytest.approx(0.7)
    assert found.standing(reached).tolist() == pytest.approx([1, 0, -1])


@pytest.mark.parametrize("reached", [[], [0.8], [0.8, 0.8], [NONE, NONE]])
def test_where_nothing_stands_out_nothing_is_added(reached: list[float]) -> None:
    values = np.array(reached, np.float32)
    assert not scatter([values]).standing(values).any()
    assert Scatter().standing(values).tolist() == [0] * len(reached)
