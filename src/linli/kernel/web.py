"""Small helpers every face uses: who asks, where to go next, and paging without OFFSET."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput


def go(request: HttpRequest, to: str, *args: object) -> HttpResponse:
    """Send the browser on, for plain forms and HTMX alike."""
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Location"] = resolve_url(to, *args)
        return response
    return redirect(to, *args)


def degrees(text: str, name: str, most: int) -> float:
    """The degrees somebody wrote as `name`, from -`most` to `most`. Raises BadInput naming it."""
    try:
        value = float(text) if len(text) < 40 and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise BadInput(
            _("%(name)s is a number of degrees from -%(most)d to %(most)d.")
            % {"name": name, "most": most},
            field=name,
        )
    return value


def cursor_text(values: Sequence[object]) -> str:
    """An opaque token for the last row of a page."""
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def cursor_values(text: str, length: int) -> list[Any]:
    """What `cursor_text` was given. Raises BadInput for anything else."""
    try:
        padded = text + "=" * (-len(text) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, binascii.Error, UnicodeError):
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise _no_cursor()
    return values


def cursor_keys(rows: QuerySet[Any], keys: tuple[str, ...], text: str) -> list[Any]:
    """The values of the columns `keys` in a cursor. Raises BadInput for what they cannot hold."""
    values = cursor_values(text, len(keys))
    return [_key(rows, key, value) for key, value in zip(keys, values, strict=True)]


def _no_cursor() -> BadInput:
    return BadInput(
        _("cursor is not one that this list gave out. Leave it out to start from the top."),
        field="cursor",
    )


class Page(NamedTuple):
    """Some rows and the token of the next page, or None at the end."""

    rows: list[Any]
    next: str | None


def page_after(
    rows: QuerySet[Any], *, keys: tuple[str, ...], cursor: str | None, size: int
) -> Page:
    """The next `size` rows, descending by `keys` (together unique). One query.

    Raises BadInput for a cursor that this list cannot have given out.
    """
    if cursor:
        values = cursor_keys(rows, keys, cursor)
        *leading, last = zip(keys, values, strict=True)
        later = Q((f"{last[0]}__lt", last[1]))
        for key, value in reversed(leading):
            later = Q((f"{key}__lte", value)) & (Q((f"{key}__lt", value)) | later)
        rows = rows.filter(later)
    found = list(rows.order_by(*(f"-{key}" for key in keys))[: size + 1])
    more = len(found) > size
    found = found[:size]
    token = cursor_text([_value(found[-1], key) for key in keys]) if more else None
    return Page(found, token)


def _key(rows: QuerySet[Any], name: str, value: Any) -> Any:
    """`value` as the column `name` holds it. Raises BadInput: anybody can write a cursor."""
    kept: Field[Any, Any] = rows.model._meta.get_field(name)
    try:
        found = kept.to_python(value if isinstance(value, str | int) else None)
    except (ValidationError, ValueError, TypeError, OverflowError):
        found = None
    wrong = (
        found is None
        or isinstance(found, bool)
        or (isinstance(found, str) and "\0" in found)
        or (isinstance(found, int) and abs(found) >= 2**63)
        or (isinstance(found, datetime) and found.tzinfo is None)
    )
    if wrong:
        raise _no_cursor()
    return found


def _value(row: Any, key: str) -> Any:
    value = row[key] if isinstance(row, dict) else getattr(row, key)
    return value.isoformat() if hasattr(value, "isoformat") else value
