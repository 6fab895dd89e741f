"""What an administrator sets: what discovery says, jurisdictions, questions, destinations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel import outbound
from linli.kernel.errors import BadInput
from linli.open311.models import Attribute, Destination, Jurisdiction, ServerSettings
from linli.open311.policy import GRANT_SETTINGS
from linli.open311.rules.attributes import LISTS
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import Post, Unit, User
    from linli.territory.models import Region


@transaction.atomic
def change_settings(
    *, actor: User, contact: str, key_service: str, is_test: bool, now: datetime
) -> ServerSettings:
    """What discovery says. Raises NotYours."""
    staff.require(actor, GRANT_SETTINGS)
    row = _settings(now)
    row.contact, row.key_service, row.is_test, row.changed_at = contact, key_service, is_test, now
    row.save()
    _record(actor, "settings", 1, now)
    return row


@transaction.atomic
def save_jurisdiction(
    *,
    actor: User,
    row: Jurisdiction | None,
    code: str,
    region: Region,
    class_codes: list[str],
    answering: str,
    active: bool,
    now: datetime,
) -> Jurisdiction:
    """Add or change one. Raises NotYours, BadInput for a code that is taken."""
    staff.require(actor, GRANT_SETTINGS)
    row = row or Jurisdiction()
    row.code, row.region, row.class_codes = code, region, class_codes
    row.answering, row.active = answering, active
    _save_once(row, field="code", says=_("code: another jurisdiction has it already."))
    _changed(actor, "jurisdiction", row.pk, now)
    return row


@transaction.atomic
def save_attribute(*, actor: User, row: Attribute | None, now: datetime, **given: Any) -> Attribute:
    """Add or change a question. Raises NotYours, BadInput for a code or a place that is taken and
    for a list without values."""
    staff.require(actor, GRANT_SETTINGS)
    row = row or Attribute()
    for name, value in given.items():
        setattr(row, name, value)
    if row.datatype in LISTS and not row.values:
        raise BadInput(
            _("values: a list needs at least one, a line each: key = name."), field="values"
        )
    others = Attribute.objects.filter(class_code=row.class_code).exclude(pk=row.pk)
    if others.filter(order=row.order).exists():
        raise BadInput(
            _("order: another question of this class has the place %(order)d.")
            % {"order": row.order},
            field="order",
        )
    _save_once(row, field="code", says=_("code: another question of this class has it already."))
    _changed(actor, "attribute", row.pk, now)
    return row


@transaction.atomic
def remove_attribute(*, actor: User, row: Attribute, now: datetime) -> None:
    """Ask it no more; answers that came in stay with their reports. Raises NotYours."""
    staff.require(actor, GRANT_SETTINGS)
    key = row.pk
    row.delete()
    _changed(actor, "attribute", key, now)


@transaction.atomic
def save_destination(
    *,
    actor: User,
    row: Destination | None,
    now: datetime,
    post: Post,
    unit: Unit | None,
    api_key: str,
    **given: Any,
) -> Destination:
    """Add or change a destination; from now on cases go there. An empty `api_key` keeps the one
    there is. Raises NotYours, and BadInput for a post that cannot do what it is to do."""
    staff.require(actor, GRANT_SETTINGS)
    row = row or Destination(looked_at=now)
    was_active = row.pk is not None and row.active
    for name, value in given.items():
        setattr(row, name, value)
    row.post, row.unit = post, unit
    row.api_key = api_key or row.api_key
    row.endpoint = outbound.check_url(row.endpoint, field="endpoint")
    _check_post(row)
    if row.active and not was_active:
        row.looked_at = now  # what was passed over while it was off stays here
    row.save()
    _record(actor, "destination", row.pk, now)
    return row


def _check_post(row: Destination) -> None:
    if "cases.see" not in row.post.grants:
        raise BadInput(
            _("post: this post does not see cases. Choose one with the permission to."),
            field="post",
        )
    if not row.acts:
        return
    if row.unit is None:
        raise BadInput(
            _("unit: choose the unit whose work goes there, for its post is to act."), field="unit"
        )
    theirs = staff.unit_tree().below(row.post.unit_id)
    if "cases.handle" not in row.post.grants or row.unit.pk not in theirs:
        raise BadInput(
            _("post: choose a post of the unit %(unit)s that handles cases.")
            % {"unit": row.unit.label},
            field="post",
        )


def _settings(now: datetime) -> ServerSettings:
    return ServerSettings.objects.select_for_update().get_or_create(
        pk=1, defaults={"changed_at": now}
    )[0]


def _changed(actor: User, what: str, key: object, now: datetime) -> None:
    """Clients keep the service list until its changeset moves (D4)."""
    row = _settings(now)
    row.changed_at = now
    row.save(update_fields=["changed_at"])
    _record(actor, what, key, now)


def _record(actor: User, what: str, key: object, now: datetime) -> None:
    record(
        actor=actor,
        action="open311.changed",
        object_type=f"open311_{what}",
        object_id=key,
        now=now,
    )


def _save_once(row: Jurisdiction | Attribute, *, field: str, says: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise BadInput(says, field=field) from error
