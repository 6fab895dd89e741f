from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.staff.models import Post
from linli.staff.services import issue_token
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.files.makers import photo

API = "/api/v1"


@pytest.fixture
def city(db: None) -> City:
    """Two districts with all their posts."""
    return make_city()


def token_of(post: Post, *grants: str) -> str:
    """The secret of a token for some grants of a post, or all."""
    return issue_token(
        actor=post.user, post=post, name="test", grants=grants or post.grants, now=NOW
    ).secret


@dataclass
class Caller:
    """Another system with a token."""

    token: str | None
    client: Client

    def get(self, path: str, **headers: str) -> Any:
        """GET below /api/v1."""
        return self.client.get(self._address(path), headers=self._headers(headers))

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        """POST of JSON below /api/v1; `body` may be raw bytes."""
        raw = body if isinstance(body, (bytes, str)) else json.dumps({} if body is None else body)
        return self.client.post(
            self._address(path), raw, "application/json", headers=self._headers(headers)
        )

    def upload(self, content: bytes | None = None, name: str = "p.jpg") -> Any:
        """POST of a file."""
        file = SimpleUploadedFile(name, photo() if content is None else content)
        return self.client.post(f"{API}/files", {"file": file}, headers=self._headers({}))

    def move(self, number: str, move: str, **inputs: Any) -> Any:
        """POST of a move."""
        return self.post(f"/cases/{number}/moves/{move}", inputs)

    def _address(self, path: str) -> str:
        return path if path.startswith("/api/") else API + path

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        own["Accept-Language"] = "en"
        return own | {name.replace("_", "-"): value for name, value in more.items()}


@pytest.fixture
def call(client: Client, city: City) -> Any:
    """call("operator") is a caller for that post of district 0; call("operator", 1) of the other;
    call("city_leader") of the city; call(None) has no token."""

    def caller(post: str | None, district: int = 0, grants: tuple[str, ...] = ()) -> Caller:
        if post is None:
            return Caller(None, client)
        posts = city.posts if post.startswith("city_") else city.districts[district].posts
        return Caller(token_of(posts[post.removeprefix("city_")], *grants), client)

    return caller


def report_of(city: City, district: int = 0, **more: Any) -> dict[str, Any]:
    """A body for POST /cases that is whole."""
    place = city.districts[district].place()
    return {
        "description": "垃圾堆在路边",
        "lon": place.lon,
        "lat": place.lat,
        "case_class": "E0102",
        **more,
    }
