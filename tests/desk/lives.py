"""Cases at a stage, made through the services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from linli.cases import services
from linli.cases.models import Case
from linli.cases.rules.inputs import Contact
from linli.cases.services import Filed
from linli.files.models import Upload
from linli.staff.models import User
from tests.cases.city import City, photo
from tests.conftest import NOW

PHONE = "13800001234"
STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("file", "street_chief", {"case_class": "E0102"}),
    ("dispatch", "street_dispatcher", {"unit": "department"}),
    ("accept", "handler", {}),
    ("report_back", "handler", {"opinion": "已清理", "files": True}),
    ("request_check", "street_dispatcher", {}),
    ("check", "worker", {"passed": True, "place": True, "files": True}),
    ("close", "street_chief", {}),
)


def make_report(city: City, **values: Any) -> Filed:
    """A resident's report in the first district."""
    given = {
        "description": "三号楼旁垃圾成堆", "place": city.districts[0].place(),
        "channel": "portal", "now": NOW, "contact": Contact(name="王小明", phone=PHONE),
    }  # fmt: skip
    return services.report(**(given | values))


def make_case(city: City, upto: str = "", **values: Any) -> Case:
    """A case moved along the seven steps up to and including `upto`."""
    case = make_report(city, **values).case
    for i, (move, who, inputs) in enumerate(STEPS):
        if not upto:
            break
        case = perform(city, case, move, who, minute=i + 1, **inputs)
        if move == upto:
            break
    return Case.objects.get(pk=case.pk)


def fresh_photo(user: User) -> str:
    """The id of a photo that was uploaded just now, for pages that act at the real time."""
    upload = photo(user)
    Upload.objects.filter(pk=upload).update(created_at=timezone.now())
    return upload


def perform(
    city: City, case: Case, move: str, who: str, *, minute: int = 30, **inputs: Any
) -> Case:
    """One move, `unit="department"`, `place=True`, `files=True` filled in."""
    home = city.districts[0]
    user = home.user(who)
    if inputs.get("unit") == "department":
        inputs["unit"] = home.department.pk
    if inputs.get("place") is True:
        inputs["place"] = home.place()
    if inputs.get("files") is True:
        inputs["files"] = [photo(user)]
    return services.perform(
        move, case_id=case.pk, actor=user, now=NOW + timedelta(minutes=minute), **inputs
    )
