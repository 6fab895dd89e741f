"""Units: added, edited, closed; never deleted."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput, Refused
from linli.kernel.text import clean
from linli.staff import policy
from linli.staff.models import Unit, User
from linli.staff.models.units import UnitKind
from linli.territory.models import Region

TELEPHONE = re.compile(r"[+()\d -]{3,30}", re.ASCII)


@transaction.atomic
def add_unit(
    *,
    actor: User,
    name: str,
    kind: str,
    code: str,
    now: datetime,
    parent: Unit | None = None,
    region: Region | None = None,
    name_en: str = "",
    short_name: str = "",
    public_phone: str = "",
    valid_from: date | None = None,
) -> Unit:
    """Add a unit to the tree. Raises NotYours, BadInput, Refused."""
    policy.require(actor, "staff.units")
    unit = Unit(valid_from=valid_from)
    values = _clean(
        name=name,
        kind=kind,
        code=code,
        name_en=name_en,
        short_name=short_name,
        public_phone=public_phone,
    )
    _save(unit, **values, parent=parent, region=region)
    record(
        actor=actor,
        action="staff.unit_added",
        object_type="unit",
        object_id=unit.pk,
        now=now,
        detail={"code": unit.code, "kind": unit.kind, "parent": unit.parent_id},
    )
    return unit


@transaction.atomic
def edit_unit(
    *,
    actor: User,
    unit: Unit,
    name: str,
    kind: str,
    code: str,
    now: datetime,
    parent: Unit | None = None,
    region: Region | None = None,
    name_en: str = "",
    short_name: str = "",
    public_phone: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    is_active: bool = True,
) -> Unit:
    """Change a unit, move it in the tree, or close it (`is_active` false).

    Raises NotYours, BadInput, and Refused for a unit below itself or a code in use.
    """
    policy.require(actor, "staff.units")
    before = _facts(unit)
    values = _clean(
        name=name,
        kind=kind,
        code=code,
        name_en=name_en,
        short_name=short_name,
        public_phone=public_phone,
    )
    if valid_from and valid_to and valid_to <= valid_from:
        raise BadInput(
            _("The end lies before the beginning. Change one of them."), field="valid_to"
        )
    values |= {"valid_from": valid_from, "valid_to": valid_to, "is_active": is_active}
    _save(unit, **values, parent=parent, region=region)
    after = _facts(unit)
    record(
        actor=actor,
        action="staff.unit_edited",
        object_type="unit",
        object_id=unit.pk,
        now=now,
        detail={
            "changed": {k: [before[k], after[k]] for k in before if before[k] != after[k]},
        },
    )
    return unit


def _clean(
    *, name: str, kind: str, code: str, name_en: str, short_name: str, public_phone: str
) -> dict[str, Any]:
    if kind not in UnitKind.values:
        raise BadInput(_("There is no such kind of unit. Choose one from the list."), field="kind")
    phone = clean(public_phone, field="public_phone", most=30)
    if phone and not TELEPHONE.fullmatch(phone):
        raise BadInput(
            _("Write the telephone number with at least 3 digits, spaces, + - or brackets."),
            field="public_phone",
        )
    return {
        "public_phone": phone,
        "name": clean(name, field="name", most=100, least=1),
        "name_en": clean(name_en, field="name_en", most=100),
        "short_name": clean(short_name, field="short_name", most=40),
        "kind": kind,
        "code": clean(code, field="code", most=40, least=1),
    }


def _save(unit: Unit, **values: Any) -> None:
    for field, value in values.items():
        setattr(unit, field, value)
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError as error:
        if "below itself" in str(error):
            raise Refused(
                _("A unit cannot lie below itself. Choose another parent."), field="parent"
            ) from None
        if "code" in str(error):
            raise Refused(
                _("The code “%s” is in use by another unit.") % unit.code, field="code"
            ) from None
        raise
    unit.refresh_from_db(fields=["path"])


def _facts(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "kind": unit.kind,
        "code": unit.code,
        "public_phone": unit.public_phone,
        "parent": unit.parent_id,
        "region": unit.region_id,
        "is_active": unit.is_active,
        "valid_from": unit.valid_from.isoformat() if unit.valid_from else None,
        "valid_to": unit.valid_to.isoformat() if unit.valid_to else None,
    }
