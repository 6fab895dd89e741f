"""A city that is open to other systems, a key, and a caller who speaks GeoReport."""

from __future__ import annotations

import io
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from linli.cases import services as cases
from linli.cases.models import Case
from linli.catalogue.models import CaseClass
from linli.files import services as files
from linli.open311.models import Attribute, Jurisdiction
from linli.staff.models import Post, User
from linli.staff.services import issue_token
from tests.cases.city import City, make_city
from tests.factories import make_post
from tests.files.makers import photo

BASE = "/open311/v2"
FORMS = ("json", "xml")


def open_city() -> City:
    """The two districts, whose classes residents may report."""
    city = make_city()
    CaseClass.objects.update(public=True)
    cache.clear()
    return city


@pytest.fixture
def city(db: None) -> City:
    return open_city()


def key_of(post: Post, *grants: str) -> str:
    """The secret of a token for some grants of a post, or all."""
    return issue_token(
        actor=post.user, post=post, name="app", grants=grants or post.grants, now=timezone.now()
    ).secret


@pytest.fixture
def key(city: City) -> str:
    """A key that may report and nothing else."""
    return app_key(city)


def app_key(city: City) -> str:
    return key_of(make_post("open311.report", unit=city.centre, region=city.region))


def staff_key(city: City, district: int = 0) -> str:
    """A key that reads what the operators of a district read."""
    return key_of(city.districts[district].posts["operator"], "cases.see")


def seen_value(element: Element) -> Any:
    """An XML document of GeoReport as JSON by the Spark convention, read by the book: a plural
    name holds a list; an empty element is null."""
    plural = {
        "services": "service", "service_requests": "request", "errors": "error",
        "attributes": "attribute", "values": "value", "endpoints": "endpoint",
        "formats": "format", "notes": "note", "service_request_updates": "request_update",
    }  # fmt: skip
    if element.tag in plural:
        assert {child.tag for child in element} <= {plural[element.tag]}, element.tag
        return [seen_value(child) for child in element]
    if len(element):
        return {child.tag: seen_value(child) for child in element}
    return element.text or None


def in_words(value: Any) -> Any:
    """JSON with its numbers and truths as XML writes them."""
    if isinstance(value, dict):
        return {name: in_words(inner) for name, inner in value.items()} or None
    if isinstance(value, list):
        return [in_words(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)


class Caller:
    """Another system."""

    def __init__(self, client: Client, key: str = "") -> None:
        self.client, self.key = client, key

    def get(self, resource: str, form: str = "json", /, **query: Any) -> Any:
        """GET of a resource; without a key unless `api_key` is given."""
        headers = {"Accept-Language": "en"}
        return self.client.get(f"{BASE}/{resource}.{form}", query, headers=headers)

    def read(self, resource: str, /, **query: Any) -> Any:
        """The answer as JSON, which has to be 200, and is the same in XML."""
        answer = self.get(resource, "json", **query)
        assert answer.status_code == 200, answer.content.decode()
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        other = self.get(resource, "xml", **query)
        assert other.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert seen_value(fromstring(other.content)) == in_words(answer.json())
        return answer.json()

    def post(self, resource: str, form: str = "json", /, *, once: str = "", **fields: Any) -> Any:
        """POST of a form with the key."""
        headers = {"Accept-Language": "en"} | ({"Idempotency-Key": once} if once else {})
        return self.client.post(
            f"{BASE}/{resource}.{form}", {"api_key": self.key, **fields}, headers=headers
        )

    def report(self, city: City, district: int = 0, /, *, grid: int = 0, **fields: Any) -> Any:
        """A report that is whole; the one request in the answer."""
        answer = self.post("requests", **(report_of(city, district, grid=grid) | fields))
        assert answer.status_code == 200, answer.content.decode()
        (row,) = answer.json()
        return row


def report_of(city: City, district: int = 0, *, grid: int = 0) -> dict[str, Any]:
    """What a report needs."""
    place = city.districts[district].place(grid)
    return {"service_code": "E0102", "lat": place.lat, "long": place.lon,
            "description": "垃圾堆在路边"}  # fmt: skip


@pytest.fixture
def caller(client: Client, key: str) -> Caller:
    return Caller(client, key)


def serve(city: City, *districts: int, **more: Any) -> None:
    """Jurisdictions for districts: d0, d1."""
    for number in districts:
        Jurisdiction.objects.create(code=f"d{number}", region=city.districts[number].region, **more)


def ask(class_code: str = "E0102", **given: Any) -> Attribute:
    """A question of a class."""
    values = {"code": "HOWMANY", "datatype": "number", "order": 1, "description": "几堆",
              "description_en": "How many", "required": True}  # fmt: skip
    return Attribute.objects.create(class_code=class_code, **(values | given))


def kept_photo(user: User) -> str:
    """The id of a photo of somebody that waits to be attached."""
    return str(
        files.store(content=io.BytesIO(photo()), name="p.jpg", owner=user, holder=None,
                    now=timezone.now()).pk
    )  # fmt: skip


def moved(city: City, number: str, *moves: str) -> Case:
    """The case after these moves, by the posts of its district."""
    case = Case.objects.get(pk=int(number.split("-")[1]))
    home = next(d for d in city.districts if d.region.pk == case.district_id)
    steps: dict[str, tuple[str, dict[str, Any]]] = {
        "file": ("street_chief", {"case_class": "E0102"}),
        "dispatch": ("street_dispatcher", {"unit": home.department.pk}),
        "accept": ("handler", {}),
        "report_back": ("handler", {"opinion": "已清理"}),
        "request_check": ("street_dispatcher", {}),
        "check": ("worker", {"passed": True, "place": home.place()}),
        "close": ("street_chief", {}),
        "dismiss": ("street_chief", {"opinion": "重复"}),
    }
    for move in moves:
        who, inputs = steps[move]
        user = home.user(who)
        if move in ("report_back", "check"):
            inputs = {**inputs, "files": [kept_photo(user)]}
        case = cases.perform(move, case_id=case.pk, actor=user, now=timezone.now(), **inputs)
    return case


ALL = ("file", "dispatch", "accept", "report_back", "request_check", "check", "close")
