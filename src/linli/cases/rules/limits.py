"""The handling limit of a case whose routing rule sets one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from linli.catalogue.rules import Limit, LimitUnit

TERMS = ("limit", "factor")
_LEAST = Decimal("0.01")  # the smallest limit a clock can hold


def limited(route: Mapping[str, Any] | None, limit: Limit | None) -> Limit | None:
    """The catalogue's limit, unless the rule that sent the case sets its own or a factor."""
    said = route or {}
    if "limit" in said:
        amount, unit = said["limit"]
        return Limit(Decimal(amount), LimitUnit(unit))
    if limit is None or "factor" not in said:
        return limit
    amount = (limit.amount * Decimal(said["factor"])).quantize(_LEAST)
    return Limit(max(amount, _LEAST), limit.unit)
