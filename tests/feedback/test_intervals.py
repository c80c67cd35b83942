"""Wilson's interval, against figures that were worked out elsewhere."""

from __future__ import annotations

import pytest

from kb.feedback.intervals import wilson


@pytest.mark.parametrize(
    ("share", "of", "low", "high"),
    [(0.0, 0, 0.0, 1.0), (0.0, 10, 0.0, 0.2775), (1.0, 10, 0.7225, 1.0), (0.5, 10, 0.2366, 0.7634)],
)
def test_the_bounds_are_wilsons(share: float, of: int, low: float, high: float) -> None:
    assert wilson(share, of) == pytest.approx((low, high), abs=5e-5)
