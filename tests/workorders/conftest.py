"""A city, a hotline platform that speaks in its own words, and a caller who signs."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from linli.staff.models import User
from linli.workorders.models import Order, Platform
from linli.workorders.rules import signing
from linli.workorders.rules.mapping import Rule, kept_of
from linli.workorders.services import platforms, taking
from tests.cases.city import CHIEF, OPERATOR, City, make_city
from tests.factories import make_post

ADDRESS = "/workorders/v1/orders"
RULES = {
    "number": Rule("order.code"),
    "title": Rule("order.title"),
    "description": Rule("order.content"),
    "address": Rule("order.place.text"),
    "region": Rule("order.area", {"HK": "990000000001"}, "empty"),
    "class": Rule("order.type", {"A1": "E0102", "A2": "E0401"}, "fault"),
    "kind": Rule("order.kind", {"投诉": "complaint", "求助": "help"}, "empty"),
    "urgency": Rule("order.urgent", {"1": "urgent", "0": "normal"}, "empty"),
    "lon": Rule("order.place.lng"),
    "lat": Rule("order.place.lat"),
    "name": Rule("caller.name"),
    "phone": Rule("caller.tel"),
    "due_at": Rule("order.limit", format="%Y-%m-%d %H:%M:%S"),
    "repeats": Rule("order.repeat"),
    "files": Rule("files[].url"),
}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def admin(city: City) -> User:
    post = make_post("workorders.settings", unit=city.centre)
    return User.objects.get(pk=post.user_id)


@pytest.fixture
def clerk(city: City) -> User:
    """Somebody of the city's centre who works on orders."""
    return clerk_of(city)


def clerk_of(city: City) -> User:
    grants = {*OPERATOR, *CHIEF, "workorders.handle"}
    post = make_post(*sorted(grants), unit=city.centre, region=city.region)
    return User.objects.get(pk=post.user_id)


@pytest.fixture
def platform(city: City, admin: User) -> Platform:
    return make_platform(city, admin)


def make_platform(city: City, admin: User, **given: Any) -> Platform:
    values = {
        "name": "12345", "centre": city.centre, "skew_s": 300, "return_hours": 4,
        "review": "repeated", "crs": "wgs84", "by_place": False, "callback_url": "", "active": True,
    }  # fmt: skip
    made = platforms.save_platform(
        actor=admin, platform_id=None, now=timezone.now(), **(values | given)
    ).platform
    Platform.objects.filter(pk=made.pk).update(mapping=kept_of(RULES))
    made.refresh_from_db()
    return made


def message(city: City, number: str = "WO-1", **order: Any) -> dict[str, Any]:
    """An order as the platform writes it."""
    place = city.districts[0].place()
    said = {
        "code": number, "title": "小区门口垃圾", "content": "三号楼旁垃圾成堆，三天没人清运",
        "type": "A1", "kind": "投诉", "limit": "2027-01-05 17:00:00",
        "place": {"text": "幸福路3号", "lng": place.lon, "lat": place.lat},
    }  # fmt: skip
    return {"order": said | order, "caller": {"name": "王小明", "tel": "13800001234"}}


def signed(
    platform: Platform,
    body: bytes,
    *,
    method: str = "POST",
    target: str = ADDRESS,
    nonce: str = "",
    at: datetime | None = None,
) -> dict[str, str]:
    """The headers that sign it."""
    return signing.headers(
        platform.key_id, platform.secret, method=method, target=target,
        nonce=nonce or uuid.uuid4().hex, at=at or timezone.now(), body=body,
    )  # fmt: skip


def post(platform: Platform, said: Any, *, kind: str = "application/json", **more: Any) -> Any:
    """The answer to an order that is signed."""
    body = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
    headers = more.pop("headers", None) or signed(platform, body, **more)
    return Client(headers=headers).post(ADDRESS, body, content_type=kind)


def arrived(platform: Platform, said: Any, *, now: datetime | None = None) -> Order:
    """An order that has arrived and been worked on."""
    assert post(platform, said).status_code in (200, 202)
    order = Order.objects.latest("pk")
    taking.take_in(order_id=order.pk, now=now or timezone.now())
    order.refresh_from_db()
    return order
