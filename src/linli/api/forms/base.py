"""Strict by default: an unknown field, a wrong type or a number without end is refused."""

from __future__ import annotations

from ninja import Schema
from pydantic import ConfigDict


class Body(Schema):
    """A JSON body: no unknown fields, no conversions (“1” is no number), no NaN or Infinity."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Out(Schema):
    """An answer, as documented; `tests/api` proves that the answers are what is written here."""

    model_config = ConfigDict(extra="forbid")
