"""Reading the outbox. Personal payloads are sealed and not for these pages."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from linli.deliveries.models import Delivery, Target
from linli.deliveries.rules import KINDS, State
from linli.kernel.errors import NotFound
from linli.kernel.health import Figure
from linli.kernel.web import Page, page_after

MOST_COUNTED = 1_000  # a badge that says more helps nobody


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target as the page lists it: what is open, and how it is doing."""

    key: str
    label: str
    kinds: tuple[str, ...]
    waiting: int
    dead: int
    oldest: datetime | None
    failing_since: datetime | None
    open_until: datetime | None
    last_ok_at: datetime | None


def deliveries(
    *,
    state: str = "",
    kind: str = "",
    target: str = "",
    cursor: str | None = None,
    size: int = 50,
) -> Page:
    """The outbox, newest first, by pages. One query. Payloads are not read."""
    rows = _chosen(state, kind, target).defer("payload", "sealed_payload", "tries")
    return page_after(rows, keys=("id",), cursor=cursor, size=size)


def ids_of(*, state: str, kind: str = "", target: str = "", most: int = 10_000) -> list[int]:
    """What a button for all of a list is about, oldest first. One query on a partial index."""
    rows = _chosen(state, kind, target).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:most])


def _chosen(state: str, kind: str, target: str) -> QuerySet[Delivery]:
    """What a list is about; an empty text means any."""
    asked = {"state": state, "kind": kind, "target": target}
    return Delivery.objects.filter(**{name: value for name, value in asked.items() if value})


def delivery(delivery_id: int) -> Delivery:
    """One delivery. One query. Raises NotFound."""
    found = Delivery.objects.filter(pk=delivery_id).first()
    if found is None:
        raise NotFound(_("There is no such delivery. It may have been forgotten meanwhile."))
    return found


def payload_of(uid: uuid.UUID, *, kind: str) -> Mapping[str, Any] | None:
    """What the delivery of this id and kind carries; None if there is none, or none any more. One
    query. Not for sealed kinds."""
    rows = Delivery.objects.filter(uid=uid, kind=kind)
    found: Mapping[str, Any] | None = rows.values_list("payload", flat=True).first()
    return found


def targets() -> list[TargetRow]:
    """Every target, by key, with what waits for it and was given up. Two queries, and one a kind
    that names its targets."""
    open_rows = (
        Delivery.objects.filter(state__in=(State.WAITING, State.DEAD))
        .values("target", "kind", "state")
        .annotate(count=Count("pk"), oldest=Min("created_at"))
        .order_by()
    )
    found: dict[str, list[Mapping[str, object]]] = {}
    for row in open_rows:
        found.setdefault(row["target"], []).append(row)
    known = {target.key: target for target in Target.objects.all()}
    keys = sorted({*found, *known})
    labels = labels_of(keys)
    return [_row(key, labels, found.get(key, []), known.get(key)) for key in keys]


def _row(
    key: str,
    labels: Mapping[str, str],
    rows: list[Mapping[str, object]],
    target: Target | None,
) -> TargetRow:
    def count(state: State) -> int:
        return sum(int(str(row["count"])) for row in rows if row["state"] == state)

    waiting = [row["oldest"] for row in rows if row["state"] == State.WAITING]
    moments = [moment for moment in waiting if isinstance(moment, datetime)]
    return TargetRow(
        key,
        labels.get(key, key),
        tuple(sorted({str(row["kind"]) for row in rows})),
        count(State.WAITING),
        count(State.DEAD),
        min(moments, default=None),
        target.failing_since if target else None,
        target.open_until if target else None,
        target.last_ok_at if target else None,
    )


def target_of(key: str) -> Target | None:
    """How a target is doing; None if nothing was ever tried. One query."""
    return Target.objects.filter(key=key).first()


def failing_since(keys: Iterable[str]) -> dict[str, datetime]:
    """Of these targets those to which nothing arrives though it is tried, since when. One query."""
    rows = Target.objects.filter(key__in=list(keys), failing_since__isnull=False)
    return {row.key: row.failing_since for row in rows if row.failing_since is not None}


def labels_of(keys: Iterable[str]) -> dict[str, str]:
    """Names of targets, as far as their kinds have any. One query a kind that has."""
    wanted = list(keys)
    found: dict[str, str] = {}
    for kind in KINDS.values():
        own = [key for key in wanted if key.partition(":")[0] == kind.code.partition(".")[0]]
        if kind.labels is not None and own:
            found.update(kind.labels(own))
    return found


def is_due(*, now: datetime) -> bool:
    """Whether anything waits whose time has come. One query on a partial index."""
    return Delivery.objects.filter(state=State.WAITING, due_at__lte=now).exists()


def dead_count(*, kind: str = "") -> int:
    """How many were given up and not dealt with. One query on a partial index."""
    return len(ids_of(state=State.DEAD, kind=kind, most=MOST_COUNTED))


def figures() -> list[Figure]:
    """For `/metrics`. One query."""
    counts = dict(
        Delivery.objects.filter(state__in=(State.WAITING, State.DEAD))
        .values_list("state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return [
        Figure("linli_deliveries_waiting", "Deliveries to others that wait.",
               counts.get(State.WAITING, 0)),
        Figure("linli_deliveries_dead", "Deliveries that were given up.",
               counts.get(State.DEAD, 0)),
    ]  # fmt: skip
