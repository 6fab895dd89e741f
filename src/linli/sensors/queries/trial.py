"""What a rule would have done with the readings on record, before it goes live."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from linli.sensors.models import Device, SensorRule
from linli.sensors.rules import judging
from linli.sensors.rules.judging import Episode, Reading
from linli.sensors.rules.kinds import Sense

MOST_READINGS = 400_000  # somebody waits for the page meanwhile
MOST_SHOWN = 50


class Occasion(NamedTuple):
    """One case that would have been opened."""

    device: Device
    began: datetime
    ended: datetime | None
    worst: float


class Trial(NamedTuple):
    """A rule over the readings from `since` to `until`; `cut` says that it was too many, and that
    only the devices up to there were judged."""

    since: datetime
    until: datetime
    devices: int
    judged: int
    readings: int
    cases: int
    shown: list[Occasion]
    cut: bool

    @property
    def passing(self) -> int:
        """Of those shown, how many came and went within an hour."""
        hour = timedelta(hours=1)
        return sum(1 for one in self.shown if one.ended and one.ended - one.began < hour)


def try_rule(rule: SensorRule, *, days: int, now: datetime) -> Trial:
    """Judge what is on record of the last `days` days. Two queries and the devices shown.

    For a threshold only devices with a reading beyond it are looked at: the others cannot have
    raised anything. Devices come in the order of their numbers, until MOST_READINGS are judged.
    """
    since = now - timedelta(days=days)
    devices = {one.pk: one for one in _devices_of(rule)}
    found: list[tuple[int, Episode]] = []
    judged = readings = 0
    for device_id, each in _by_device(rule, sorted(devices), since=since, until=now):
        judged, readings = judged + 1, readings + len(each)
        if rule.sense == Sense.SILENT:
            episodes = judging.silences(rule.condition, each, devices[device_id].expected_s)
        else:
            episodes = judging.episodes(rule.condition, each)
        found += [(device_id, one) for one in episodes]
    cut = readings >= MOST_READINGS
    found.sort(key=lambda pair: -pair[1].began)
    shown = [
        Occasion(
            devices[device_id],
            _moment(one.began),
            _moment(one.ended) if one.ended is not None else None,
            one.worst,
        )
        for device_id, one in found[:MOST_SHOWN]
    ]
    return Trial(since, now, len(devices), judged, readings, len(found), shown, cut)


def _devices_of(rule: SensorRule) -> list[Device]:
    rows = Device.objects.filter(active=True).select_related("kind")
    rows = rows.filter(kind=rule.kind) if rule.kind else rows.filter(rules=rule)
    return list(rows.order_by("pk"))


def _by_device(
    rule: SensorRule, ids: list[int], *, since: datetime, until: datetime
) -> Iterator[tuple[int, list[Reading]]]:
    sign = "<" if rule.sense == Sense.BELOW else ">"
    chosen = "" if rule.sense == Sense.SILENT else (
        " AND EXISTS (SELECT 1 FROM sensors_reading b WHERE b.device_id = d.id"
        f" AND b.at BETWEEN %(since)s AND %(until)s AND b.value {sign} %(line)s)"
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.device_id, round(extract(epoch FROM r.at) * 1000)::bigint, r.value"
            " FROM unnest(%(ids)s::bigint[]) AS d (id)"
            " JOIN sensors_reading r ON r.device_id = d.id AND r.at BETWEEN %(since)s AND %(until)s"
            f" WHERE true{chosen} ORDER BY r.device_id, r.at LIMIT %(most)s",
            {"ids": ids, "since": since, "until": until, "line": rule.threshold,
             "most": MOST_READINGS},
        )  # fmt: skip
        rows = cursor.fetchall()
    for device_id, each in groupby(rows, key=lambda row: int(row[0])):
        yield device_id, [Reading(at, value) for _id, at, value in each]


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
