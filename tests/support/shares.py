"""Shares with their intervals: how sure a count of so many out of so many is."""

import math


def wilson(count: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval for a share, at 95 % unless `z` says otherwise; it needs no large numbers."""
    share, weight = count / of, z * z / of
    middle = (share + weight / 2) / (1 + weight)
    half = z * math.sqrt(share * (1 - share) / of + weight / (4 * of)) / (1 + weight)
    # At both ends the exact bound is 0 or 1, which rounding may miss.
    return (0.0 if count == 0 else middle - half), (1.0 if count == of else middle + half)


def told(count: int, of: int) -> str:
    """ "305 of 315, 96.8 % (94.3 to 98.3)"."""
    low, high = wilson(count, of)
    return f"{count} of {of}, {100 * count / of:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
