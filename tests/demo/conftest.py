"""A small city with one street, along which the demo's components can stand."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import LineString, MultiLineString

from linli.catalogue.models import CaseClass
from linli.demo.services import inventory
from linli.territory.models import Road
from tests.cases.city import City, make_city
from tests.factories import make_unit

STREET = [(121.002, 31.002), (121.008, 31.002), (121.008, 31.008)]


@pytest.fixture
def city(db: None) -> City:
    made = make_city()
    for number, district in enumerate(made.districts, start=1):
        for region, rest in (
            (district.region, "000000"),
            (district.street, "001000"),
            (district.community, "001001"),
        ):
            region.code = f"3101{(1, 9)[number - 1]:02d}{rest}"
            region.save()
    for one in inventory.SERIES:
        CaseClass.objects.create(
            edition=made.case_class.edition, kind="component", code=one.class_code,
            major_code=one.class_code[1:3], major_name="部件", minor_code=one.class_code[3:],
            name=one.class_code,
        )  # fmt: skip
    for key in ("WATER", "POWER", "JJ", "LH", "JS", "SZ"):
        make_unit(code=f"D1-{key}", region=made.districts[0].region)
    Road.objects.create(
        source_key="road-1", name="人民路", kind="secondary",
        route=MultiLineString([LineString(STREET, srid=4326)], srid=4326),
    )  # fmt: skip
    return made
