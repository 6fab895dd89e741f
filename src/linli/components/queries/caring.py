"""Who cares for components, for those who decide whose work a case on one is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from linli.components.models import Component


class Carers(NamedTuple):
    """The units that own, answer for and maintain a component; None where none here does."""

    owner: int | None = None
    responsible: int | None = None
    maintainer: int | None = None


def carers_of(codes: Iterable[int]) -> dict[int, Carers]:
    """The carers of components by code, whoever asks: units alone are told. One query, none for
    nothing."""
    wanted = list(codes)
    if not wanted:
        return {}
    rows = Component.objects.filter(pk__in=wanted).values_list(
        "code", "care__owner_id", "care__responsible_id", "care__maintainer_id"
    )
    return {code: Carers(*units) for code, *units in rows}
