"""Checking communities for gaps and overlaps, as many as fit into one answer (R37)."""

from __future__ import annotations

import time
from datetime import datetime

from django.utils import timezone

from linli.console.models import TopologyCheck
from linli.console.queries.topology import unchecked
from linli.console.rules.areas import TERRITORY
from linli.staff import policy
from linli.staff.models import User
from linli.territory.models import Region
from linli.territory.queries import TopologyReport, topology_report, versions

PATIENCE_S = 15.0


def check_community(*, actor: User, region: Region, now: datetime) -> TopologyReport:
    """The report of one community, its number of faults remembered. Raises NotYours."""
    policy.require(actor, TERRITORY)
    boundaries = versions().boundaries
    report = topology_report(region.pk, on=timezone.localdate(now))
    faults = (
        len(report.gaps) + len(report.overlaps) + len(report.strays) + len(report.buildings)
    ) or int(report.community_m2 == 0)
    TopologyCheck.objects.update_or_create(
        region=region,
        defaults={"boundaries": boundaries, "checked_at": now, "faults": faults},
    )
    return report


def check_all(*, actor: User, now: datetime, patience_s: float = PATIENCE_S) -> int:
    """Check the communities that have changed since their last check; returns how many.

    Stops after `patience_s` seconds; asked again it goes on. Raises NotYours.
    """
    policy.require(actor, TERRITORY)
    until = time.monotonic() + patience_s
    done = 0
    for region in unchecked(now=now):
        check_community(actor=actor, region=region, now=now)
        done += 1
        if time.monotonic() > until:
            break
    return done
