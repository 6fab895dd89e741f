"""Watching a view read what it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

WHOLE = "*"  # for a view that goes through all that is given


@contextmanager
def watched() -> Iterator[set[str]]:
    """The names that a view asks its query or its form for; WHOLE among them if it asks for all."""
    read: set[str] = set()
    patch = pytest.MonkeyPatch()

    def watch(kind: type, method: str, *, whole: bool) -> None:
        real = kind.__dict__[method]

        def asked(self: Any, *args: Any, **more: Any) -> Any:
            if isinstance(self, QueryDict):
                if whole:
                    read.add(WHOLE)
                elif args and isinstance(args[0], str):
                    read.add(args[0])
            return real(self, *args, **more)

        patch.setattr(kind, method, asked)

    for kind in (QueryDict, MultiValueDict):
        for method in ("__getitem__", "__contains__", "get", "getlist"):
            if method in kind.__dict__:
                watch(kind, method, whole=False)
        for method in ("items", "lists", "values", "dict", "urlencode"):
            if method in kind.__dict__:
                watch(kind, method, whole=True)
    try:
        yield read
    finally:
        patch.undo()
