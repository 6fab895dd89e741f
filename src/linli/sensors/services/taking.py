"""Readings in: checked, kept once each, judged, in one transaction (ADR 0023)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.sensors.models import DeviceKind, SensorRule
from linli.sensors.rules import judging
from linli.sensors.rules.incoming import Fault, Item
from linli.sensors.rules.judging import Reading, Track, Verdict
from linli.sensors.rules.kinds import Reason, RuleState, Sense
from linli.sensors.services import alarms

AHEAD = timedelta(minutes=5)  # how far a device's clock may be before ours


class Taken(NamedTuple):
    """What became of a message: new readings, readings known before, and what was refused."""

    new: int
    known: int
    faults: list[Fault]


class _Device(NamedTuple):
    id: int
    code: str
    kind_id: int
    sender_id: int | None
    active: bool
    last_at: int  # 0: never
    tracks: dict[str, Any]


class _Change(NamedTuple):
    """What readings did to a device: its new tracks and what has turned."""

    newest: Reading
    tracks: dict[str, Any]
    turns: list[alarms.Turn]


def take(items: Mapping[int, Item], *, now: datetime, sender_id: int | None = None) -> Taken:
    """Take readings in, by their number in the message. `sender_id` None: from the broker, which
    has said who may publish what. The same reading again is counted and changes nothing.

    Seven statements, whatever the number; a device's batches wait for one another.
    """
    with transaction.atomic():
        devices = _locked({item.code for item in items.values()})
        kinds = {kind.pk: kind for kind in DeviceKind.objects.all()}
        good: dict[int, list[Reading]] = defaultdict(list)
        faults: list[tuple[Fault, Reason]] = []
        for index, item in items.items():
            device = devices.get(item.code)
            fault = _fault(item, device, kinds, sender_id=sender_id, now=now)
            if fault is not None or device is None:
                reason, sentence = fault or (Reason.UNKNOWN, "")
                faults.append((Fault(index, item.code, sentence), reason))
            else:
                at = item.at if item.at is not None else _ms(now)
                good[device.id].append(Reading(at, item.value))
        fresh = _kept(good)
        changes = _judged(fresh, {device.id: device for device in devices.values()}, now=now)
        _note_states(changes, heard=good, now=now)
        alarms.turn(change for _id, one in changes.items() for change in one.turns)
    note_refusals(((fault.code, reason, fault.sentence) for fault, reason in faults), now=now)
    new, all_good = sum(map(len, fresh.values())), sum(map(len, good.values()))
    return Taken(new, all_good - new, [fault for fault, _reason in faults])


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)


def _locked(codes: set[str]) -> dict[str, _Device]:
    """The devices by code, their states locked in the order of ids, so nobody waits in a ring."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, d.code, d.kind_id, d.sender_id, d.active,"
            " coalesce(floor(extract(epoch FROM s.last_at) * 1000), 0)::bigint, s.tracks"
            " FROM sensors_device d JOIN sensors_devicestate s ON s.device_id = d.id"
            " WHERE d.code = ANY(%s) ORDER BY d.id FOR NO KEY UPDATE OF s",
            [sorted(codes)],
        )
        rows = cursor.fetchall()
    found = [_Device._make((*row[:6], json.loads(row[6]))) for row in rows]
    return {device.code: device for device in found}


def _fault(
    item: Item,
    device: _Device | None,
    kinds: Mapping[int, DeviceKind],
    *,
    sender_id: int | None,
    now: datetime,
) -> tuple[Reason, str] | None:
    """Why it is not taken, and what to do about it."""
    if device is None:
        return Reason.UNKNOWN, _("device: there is no device %(code)s. Add it first.") % {
            "code": item.code
        }
    if sender_id is not None and device.sender_id != sender_id:
        return Reason.FOREIGN, _("device: %(code)s is not among the devices of this sender.") % {
            "code": item.code
        }
    if not device.active:
        return Reason.INACTIVE, _("device: %(code)s is switched off here.") % {"code": item.code}
    kind = kinds[device.kind_id]
    if (kind.lowest is not None and item.value < kind.lowest) or (
        kind.highest is not None and item.value > kind.highest
    ):
        return Reason.IMPLAUSIBLE, _(
            "value: %(value)s is not plausible for this kind of device. Check the device."
        ) % {"value": f"{item.value:g}"}
    if item.at is None:
        return None
    if item.at > _ms(now + AHEAD):
        ahead_s = item.at // 1000 - int(now.timestamp())
        return Reason.AHEAD, _(
            "at: %(seconds)d s ahead of the clock here. Set the clock of the device."
        ) % {"seconds": ahead_s}
    if item.at < _ms(now - timedelta(days=settings.SENSORS_KEEP_DAYS)):
        return Reason.OLD, _("at: older than %(days)d days; such readings are not kept.") % {
            "days": settings.SENSORS_KEEP_DAYS
        }
    return None


def _kept(good: Mapping[int, Sequence[Reading]]) -> dict[int, list[Reading]]:
    """Insert them; those that are new, in the order of time."""
    rows = [(device, one.at, one.value) for device, each in good.items() for one in each]
    if not rows:
        return {}
    ids, moments, values = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sensors_reading (device_id, at, value)"
            " SELECT DISTINCT ON (d, m) d, timestamptz 'epoch' + m * interval '1 millisecond', v"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::float8[]) WITH ORDINALITY"
            " AS given (d, m, v, n) ORDER BY d, m, n"
            " ON CONFLICT DO NOTHING"
            " RETURNING device_id, round(extract(epoch FROM at) * 1000)::bigint, value",
            [list(ids), list(moments), list(values)],
        )
        found = cursor.fetchall()
    fresh: dict[int, list[Reading]] = defaultdict(list)
    for device, at, value in sorted(found):
        fresh[device].append(Reading(at, value))
    return fresh


def _judged(
    fresh: Mapping[int, list[Reading]], devices: Mapping[int, _Device], *, now: datetime
) -> dict[int, _Change]:
    rules = live_rules()
    changes = {}
    for device_id, readings in fresh.items():
        device = devices[device_id]
        tracks, turns = dict(device.tracks), []
        for rule in rules.get(("kind", device.kind_id), []) + rules.get(("device", device_id), []):
            before = judging.unpacked(tracks.get(str(rule.pk)))
            after = _after(rule, before, device_id, readings, now=now)
            if after == before:
                continue
            tracks[str(rule.pk)] = judging.packed(after)
            if after.state.alarmed or before.state.alarmed:
                turns += _turn(rule, device_id, before, after, readings)
        changes[device_id] = _Change(readings[-1], tracks, turns)
    return changes


def live_rules() -> dict[tuple[str, int], list[SensorRule]]:
    """Live rules by whose they are: ("kind", 3) or ("device", 7). One query."""
    found: dict[tuple[str, int], list[SensorRule]] = defaultdict(list)
    for rule in SensorRule.objects.filter(state=RuleState.LIVE).order_by("pk"):
        key = ("kind", rule.kind_id) if rule.kind_id else ("device", rule.device_id or 0)
        found[key].append(rule)
    return found


def _after(
    rule: SensorRule, before: Track, device_id: int, readings: list[Reading], *, now: datetime
) -> Track:
    """The track after `readings`, of which the oldest may belong between those before."""
    condition = rule.condition
    if rule.sense == Sense.SILENT:
        alarmed = before.state.alarmed
        return judging.heard(before, condition, len(readings), _ms(now)) if alarmed else before
    if readings[0].at > before.state.at:
        return judging.follow(before, condition, readings)
    in_time = [one for one in readings if one.at > before.base.at]
    if not in_time:
        return before
    earlier = judging.rewound(before, in_time[0].at)
    assert earlier is not None
    return judging.follow(earlier, condition, _since(device_id, earlier.state.at))


def _since(device_id: int, at: int) -> list[Reading]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT round(extract(epoch FROM at) * 1000)::bigint, value FROM sensors_reading"
            " WHERE device_id = %s AND at > %s ORDER BY at",
            [device_id, _moment(at)],
        )
        return [Reading(*row) for row in cursor.fetchall()]


def _turn(
    rule: SensorRule, device_id: int, before: Track, after: Track, readings: Iterable[Reading]
) -> list[alarms.Turn]:
    """What the alarm of the rule has to know: that it began, ended, or has a new extreme."""
    condition, sense = rule.condition, rule.sense
    worst: float | None = None
    last: Reading | None = None
    for one in readings:
        last = one
        if sense != Sense.SILENT and judging.verdict_of(condition, one) == Verdict.BEYOND:
            worst = one.value if worst is None else judging.worse(sense, worst, one.value)
    assert last is not None
    if before.state.alarmed == after.state.alarmed and worst is None:
        return []
    return [
        alarms.Turn(
            device_id=device_id,
            rule_id=rule.pk,
            sense=sense,
            was=before.state.alarmed,
            beyond=after.state.alarmed,
            since=_moment(after.state.since),
            at=_moment(last.at),
            value=last.value,
            worst=worst,
        )
    ]


def _note_states(changes: Mapping[int, _Change], *, heard: Iterable[int], now: datetime) -> None:
    """Write how the devices stand now, in one statement."""
    ids = sorted(heard)
    if not ids:
        return
    none = None
    newest = [changes[one].newest if one in changes else none for one in ids]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sensors_devicestate AS s SET heard_at = %s,"
            " last_at = greatest(s.last_at, n.at),"
            " last_value = CASE WHEN s.last_at IS NULL OR n.at > s.last_at THEN n.value"
            "  ELSE s.last_value END,"
            " tracks = coalesce(n.tracks, s.tracks)"
            " FROM (SELECT i, timestamptz 'epoch' + m * interval '1 millisecond' AS at, v AS value,"
            "  t::jsonb AS tracks FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::text[])"
            "  AS given (i, m, v, t)) AS n WHERE s.device_id = n.i",
            [
                now,
                ids,
                [one.at if one else None for one in newest],
                [one.value if one else None for one in newest],
                [json.dumps(changes[one].tracks) if one in changes else None for one in ids],
            ],
        )


def note_refusals(faults: Iterable[tuple[str, str, str]], *, now: datetime) -> None:
    """Count what was not taken, by code and reason; at most MOST_CODES names are remembered.

    One statement, none without faults.
    """
    counted: dict[tuple[str, str], list[Any]] = {}
    for code, reason, sentence in faults:
        counted.setdefault((code[:60], str(reason)), [0, sentence[:300]])[0] += 1
    if not counted:
        return
    keys = sorted(counted)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sensors_refusal (code, reason, count, first_at, last_at, said)"
            " SELECT c, r, n, %s, %s, w FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[])"
            " AS given (c, r, n, w) WHERE (SELECT count(*) FROM sensors_refusal) < %s"
            " OR EXISTS (SELECT 1 FROM sensors_refusal o WHERE o.code = c AND o.reason = r)"
            " ON CONFLICT (code, reason) DO UPDATE SET last_at = excluded.last_at,"
            " count = sensors_refusal.count + excluded.count, said = excluded.said",
            [
                now,
                now,
                [code for code, _reason in keys],
                [reason for _code, reason in keys],
                [counted[key][0] for key in keys],
                [counted[key][1] for key in keys],
                MOST_CODES,
            ],
        )


MOST_CODES = 1_000  # names a stranger can fill the table of refusals with
