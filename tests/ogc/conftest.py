"""A city, its cases, and callers with and without a token."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from linli.cases.models import Case
from linli.staff.models import Post
from linli.staff.services import issue_token
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.maps.conftest import strewn

__all__ = ["strewn"]


@pytest.fixture
def city(db: None) -> City:
    """Two districts with all their posts."""
    return make_city()


def token_of(post: Post) -> str:
    """The secret of a token for all grants of a post."""
    issued = issue_token(actor=post.user, post=post, name="gis", grants=post.grants, now=NOW)
    return issued.secret


class Reader:
    """A map program, with a token or without one."""

    def __init__(self, client: Client, token: str = "") -> None:
        self.client = client
        self.headers = {"Accept-Language": "en"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: object) -> Any:
        """GET below /ogc, or of a link that an answer gave."""
        address = path if path.startswith("http") else f"/ogc{path}"
        return self.client.get(address, query or None, headers=self.headers)

    def json(self, path: str, **query: object) -> Any:
        """The answer, which has to be 200."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def pages(self, path: str, **query: object) -> list[Any]:
        """The features of all pages, by their links “next”."""
        page, found = self.json(path, **query), []
        while True:
            found += page["features"]
            onward = [each["href"] for each in page["links"] if each["rel"] == "next"]
            if not onward:
                return found
            page = self.json(onward[0])


@pytest.fixture
def reader(client: Client) -> Reader:
    return Reader(client)


def seen_by(user: Any) -> set[str]:
    """The numbers of the cases that somebody may see."""
    from linli.cases import policy

    return {case.number for case in Case.objects.filter(policy.visible_to(user))}
