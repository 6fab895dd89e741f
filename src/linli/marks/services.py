"""Marks: added, changed, removed; each leaves a line in the log."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput, NotYours, Refused, Stale
from linli.kernel.text import clean
from linli.marks import policy
from linli.marks.models import Mark
from linli.marks.queries import mark_for
from linli.marks.rules.kinds import Audience, MarkKind
from linli.marks.rules.shapes import read_shape
from linli.staff.policy import require_any

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_OF_ONE = 1_000  # marks of one person


@transaction.atomic
def add_mark(
    *,
    actor: User,
    text: str,
    kind: str,
    audience: str,
    shape: str,
    valid_from: date,
    last_on: date | None = None,
    note: str = "",
    now: datetime,
) -> Mark:
    """Put a mark on the map. `shape` as `read_shape` takes it. Raises BadInput, NotYours."""
    require_any(actor, (policy.GRANT_SEE,))
    values = _values(actor, text, note, kind, audience, shape, valid_from, last_on)
    if Mark.objects.filter(made_by=actor).count() >= MOST_OF_ONE:
        raise Refused(
            _("You have %(most)d marks. Remove some that are no longer needed.")
            % {"most": MOST_OF_ONE}
        )
    seat = next(seat for seat in actor.seats if policy.GRANT_SEE in seat.grants)
    made = Mark.objects.create(
        **values, made_by=actor, unit_id=seat.unit_id, made_at=now, changed_at=now
    )
    _remember(actor, "marks.added", made, now, {"kind": kind, "audience": audience})
    return made


@transaction.atomic
def change_mark(
    *,
    actor: User,
    mark_id: int,
    version: int,
    text: str,
    kind: str,
    audience: str,
    shape: str,
    valid_from: date,
    last_on: date | None = None,
    note: str = "",
    now: datetime,
) -> Mark:
    """Change a mark that was read at `version`. Raises BadInput, NotYours, NotFound, Stale."""
    mark = mark_for(actor, mark_id, lock=True)
    policy.require_change(actor, mark)
    if mark.version != version:
        raise Stale(_("Somebody changed this mark in the meantime. Look at it again."))
    kept = mark.audience if mark.made_by_id != actor.pk else None
    values = _values(actor, text, note, kind, audience, shape, valid_from, last_on, kept=kept)
    changed = [name for name, value in values.items() if getattr(mark, name) != value]
    for name in changed:
        setattr(mark, name, values[name])
    mark.version, mark.changed_at = mark.version + 1, now
    mark.save()
    if changed:
        _remember(actor, "marks.changed", mark, now, {"changed": sorted(changed)})
    return mark


@transaction.atomic
def remove_mark(*, actor: User, mark_id: int, now: datetime) -> None:
    """Take a mark off the map for good. Raises NotYours, NotFound."""
    mark = mark_for(actor, mark_id, lock=True)
    policy.require_change(actor, mark)
    detail = {"kind": mark.kind, "audience": mark.audience, "made_by": mark.made_by_id}
    _remember(actor, "marks.removed", mark, now, detail)
    mark.delete()


def _values(
    actor: User,
    text: str,
    note: str,
    kind: str,
    audience: str,
    shape: str,
    valid_from: date,
    last_on: date | None,
    *,
    kept: str | None = None,
) -> dict[str, Any]:
    """The columns of a mark, checked. `kept`: the audience that may stay whatever the actor may."""
    if kind not in MarkKind.values:
        raise BadInput(_("Choose what is marked from the list."), field="kind")
    if audience not in Audience.values:
        raise BadInput(_("Choose who sees the mark from the list."), field="audience")
    if audience != kept and audience not in policy.audiences_for(actor):
        raise NotYours(
            _("Your posts allow marks for yourself only. Choose “only me”, or ask for the grant."),
            field="audience",
        )
    if last_on is not None and last_on < valid_from:
        raise BadInput(_("The last day lies before the first."), field="last_on")
    return {
        "text": clean(text, field="text", most=60, least=1),
        "note": clean(note, field="note", most=500),
        "kind": kind,
        "audience": audience,
        "shape": GEOSGeometry(memoryview(shapely.to_wkb(read_shape(shape))), srid=4326),
        "valid_from": valid_from,
        "last_on": last_on,
    }


def _remember(actor: User, action: str, mark: Mark, now: datetime, detail: dict[str, Any]) -> None:
    record(
        actor=actor, action=action, object_type="mark", object_id=mark.pk, now=now, detail=detail
    )
