"""Which communities have faults, as far as anybody has looked."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from linli.console.models import TopologyCheck
from linli.territory.models import Region
from linli.territory.queries import versions


def _communities(now: datetime) -> QuerySet[Region]:
    day = timezone.localdate(now)
    return Region.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day), tier="community", valid_from__lte=day
    )


def unchecked(*, now: datetime) -> list[Region]:
    """The communities not looked at since boundaries last changed, by code. Three queries."""
    fresh = TopologyCheck.objects.filter(boundaries=versions().boundaries)
    return list(_communities(now).exclude(pk__in=fresh.values("region_id")).order_by("code"))


class State(NamedTuple):
    """How far the proof has come: communities, those looked at since the last change, faulty."""

    communities: int
    checked: int
    faulty: int


def state(*, now: datetime) -> State:
    """The three numbers. Four queries."""
    fresh = TopologyCheck.objects.filter(
        boundaries=versions().boundaries, region__in=_communities(now)
    )
    return State(_communities(now).count(), fresh.count(), fresh.filter(faults__gt=0).count())


def checks(*, now: datetime) -> dict[int, TopologyCheck]:
    """The last look at each community, by its id. One query."""
    return {check.region_id: check for check in TopologyCheck.objects.all()}
