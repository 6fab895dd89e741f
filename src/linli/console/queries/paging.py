"""Keyset pages in ascending order: names and codes, as registers are read."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from linli.kernel.web import Page, cursor_keys, cursor_text

SIZE = 50


def page_of(
    rows: QuerySet[Any], *, keys: tuple[str, ...], cursor: str | None, size: int = SIZE
) -> Page:
    """The next `size` rows, ascending by `keys` (the last of them unique). One query.

    Raises BadInput for a cursor of another list.
    """
    if cursor:
        values = cursor_keys(rows, keys, cursor)
        after = Q()
        for index, key in enumerate(keys):
            same = dict(zip(keys[:index], values[:index], strict=True))
            after |= Q(**same, **{f"{key}__gt": values[index]})
        rows = rows.filter(after)
    found = list(rows.order_by(*keys)[: size + 1])
    more = len(found) > size
    found = found[:size]
    token = cursor_text([getattr(found[-1], key) for key in keys]) if more else None
    return Page(found, token)
