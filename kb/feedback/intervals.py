"""How far a share of few answers can be trusted. Pure."""

from __future__ import annotations

from math import sqrt

_Z = 1.959964  # of the normal distribution: 95 % lie within


def wilson(share: float, of: int) -> tuple[float, float]:
    """The bounds within which the true share lies in 95 of 100 cases; 0 to 1 of nothing.

    The interval is Wilson's (E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", Journal of the American Statistical Association 22, 1927, 209-212):
    it stays within 0 and 1 and holds for three votes as for three thousand.
    """
    if not of:
        return 0.0, 1.0
    z2 = _Z * _Z
    spread = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    middle, shrunk = share + z2 / (2 * of), 1 + z2 / of
    return max(0.0, (middle - spread) / shrunk), min(1.0, (middle + spread) / shrunk)
