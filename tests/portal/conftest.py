from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from linli.catalogue.models import CaseClass
from linli.kernel.models import Hit
from tests.cases.city import City, make_city


@pytest.fixture
def city(db: None) -> City:
    """Two districts; their classes are offered to residents; nobody has used the doors yet."""
    made = make_city()
    CaseClass.objects.update(public=True)
    Hit.objects.all().delete()
    return made


@pytest.fixture
def web() -> Client:
    """A resident's phone, in English."""
    return Client(headers={"Accept-Language": "en"})


def filled_in(city: City, **more: Any) -> dict[str, Any]:
    """A report form that is whole."""
    place = city.districts[0].place()
    return {
        "submission_key": "key-of-this-form",
        "lon": str(place.lon),
        "lat": str(place.lat),
        "description": "三号楼旁垃圾成堆",
        "case_class": "E0102",
        **more,
    }


def send(web: Client, city: City, **more: Any) -> tuple[str, str]:
    """Number and secret of a report sent through the form."""
    response = web.post("/report/", filled_in(city, **more))
    assert response.status_code == 302, response.content.decode()
    found = re.fullmatch(r"/r/([\d-]+)/([a-z2-7]{20})/receipt/", response["Location"])
    assert found is not None, response["Location"]
    return found[1], found[2]


def today() -> Any:
    """The pages ask the real clock."""
    return timezone.now()
