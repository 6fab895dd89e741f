"""What can be reported, and what is asked besides."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.catalogue import queries as catalogue
from linli.catalogue.models import CaseClass
from linli.kernel.errors import NotFound
from linli.open311.models import Attribute
from linli.open311.queries.jurisdictions import Served, server_settings
from linli.open311.rules.attributes import LISTS, Question

Row = dict[str, Any]


def classes_of(served: Served, *, on: date) -> list[CaseClass]:
    """The classes offered to residents, by code. One query at most."""
    every = catalogue.current().classes(on=on, public=True)
    return [one for one in every if served.offers(one.code)]


def class_of(served: Served, code: str, *, on: date) -> CaseClass:
    """The class that is offered as `code`. One query at most. Raises NotFound."""
    found = next((one for one in classes_of(served, on=on) if one.code == code), None)
    if found is None:
        raise NotFound(
            _("There is no service_code %(code)s here. services lists those there are.")
            % {"code": code[:40]},
            field="service_code",
        )
    return found


def questions_of(class_code: str) -> list[Question]:
    """What reports of a class are asked besides, in order. One query."""
    rows = Attribute.objects.filter(class_code=class_code).order_by("order")
    return [row.question() for row in rows]


def service_rows(served: Served, *, on: date) -> list[Row]:
    """The service list (S1). Two queries at most."""
    asking = set(Attribute.objects.values_list("class_code", flat=True).distinct())
    return [
        {
            "service_code": one.code,
            "service_name": one.label,
            "description": one.note or f"{one.major_label} · {one.label}",
            "metadata": one.code in asking,
            "type": served.answering,
            "keywords": ",".join(dict.fromkeys((one.major_label, one.label))),
            "group": one.major_label,
        }
        for one in classes_of(served, on=on)
    ]


def definition(class_code: str) -> Row:
    """A service definition (V1). One query."""
    return {
        "service_code": class_code,
        "attributes": [_asked(one) for one in questions_of(class_code)],
    }


def _asked(one: Question) -> Row:
    row: Row = {
        "variable": one.variable,
        "code": one.code,
        "datatype": one.datatype,
        "required": one.required,
        "datatype_description": one.datatype_description or None,
        "order": one.order,
        "description": one.description,
    }
    if one.datatype in LISTS:
        row["values"] = [{"key": key, "name": name} for key, name in one.values]
    return row


def changed_at(*, now: datetime) -> datetime:
    """When the service list or a definition last changed (D4): the catalogue, its edition in use,
    our questions and jurisdictions. Four queries."""
    found = [_began(now)]
    for tracked in ("CaseClassEvent", "EditionEvent"):
        events = CaseClass._meta.apps.get_model("catalogue", tracked)
        found.append(events._default_manager.aggregate(at=Max("pgh_created_at"))["at"])
    settings = server_settings()
    found.append(settings.changed_at if settings else None)
    return min(max((at for at in found if at is not None), default=now), now)


def _began(now: datetime) -> datetime | None:
    edition = catalogue.current().edition(timezone.localdate(now))
    if edition is None or edition.valid_from > timezone.localdate(now):
        return None
    return datetime.combine(edition.valid_from, time(), timezone.get_current_timezone())
