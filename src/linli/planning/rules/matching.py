"""Which new grid continues which of today's, so that as few households as possible change."""

from __future__ import annotations

from collections.abc import Sequence


def best_matching(
    parts: int, part: Sequence[int], today: Sequence[int], households: Sequence[float]
) -> list[int]:
    """For every part the number of today's grid whose worker it keeps, -2 for a new one.

    The sum of the households that stay is the highest there is (Hungarian method).
    """
    grids = max(today, default=-1) + 1
    size = max(parts, grids)
    if not size:
        return []
    common = [[0.0] * size for _ in range(size)]
    for here, was, homes in zip(part, today, households, strict=True):
        if was >= 0:
            common[here][was] += homes
    chosen = _assign([[-value for value in row] for row in common])
    return [
        chosen[here] if chosen[here] < grids and common[here][chosen[here]] > 0 else -2
        for here in range(parts)
    ]


def _assign(cost: list[list[float]]) -> list[int]:
    """The column of each row with the least sum, by shortest augmenting paths; O(n³)."""
    size = len(cost)
    row_price, column_price = [0.0] * (size + 1), [0.0] * (size + 1)
    row_of = [0] * (size + 1)
    for row in range(1, size + 1):
        row_of[0], column = row, 0
        least, came, used = [float("inf")] * (size + 1), [0] * (size + 1), [False] * (size + 1)
        while True:
            used[column] = True
            here, step, following = row_of[column], float("inf"), 0
            for other in range(1, size + 1):
                if used[other]:
                    continue
                now = cost[here - 1][other - 1] - row_price[here] - column_price[other]
                if now < least[other]:
                    least[other], came[other] = now, column
                if least[other] < step:
                    step, following = least[other], other
            for other in range(size + 1):
                if used[other]:
                    row_price[row_of[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = following
            if row_of[column] == 0:
                break
        while column:
            before = came[column]
            row_of[column] = row_of[before]
            column = before
    chosen = [0] * size
    for column in range(1, size + 1):
        chosen[row_of[column] - 1] = column - 1
    return chosen
