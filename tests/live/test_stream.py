"""The stream itself: who gets in, what comes out, over ASGI and the real database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from linli.cases import services
from linli.live import stream
from tests.cases.city import City, make_city
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city() -> City:
    return make_city()


class Browser:
    """One EventSource, without the browser."""

    def __init__(self, query: str = "", **headers: str) -> None:
        self.status, self.headers, self.text = 0, {}, ""
        self._more = asyncio.Event()
        self._closed = asyncio.Event()
        given = {"host": "localhost:8001", **{k.replace("_", "-"): v for k, v in headers.items()}}
        self.scope = {
            "type": "http", "method": "GET", "path": "/events", "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in given.items()],
        }  # fmt: skip

    async def receive(self) -> dict[str, Any]:
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def send(self, told: dict[str, Any]) -> None:
        if told["type"] == "http.response.start":
            self.status = told["status"]
            self.headers = {k.decode(): v.decode() for k, v in told["headers"]}
        else:
            self.text += told["body"].decode()
        self._more.set()

    async def until(self, words: str) -> None:
        async with asyncio.timeout(5):
            while words not in self.text:
                self._more.clear()
                await self._more.wait()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Browser]:
        task = asyncio.create_task(stream.application(self.scope, self.receive, self.send))
        try:
            yield self
        finally:
            self._closed.set()
            async with asyncio.timeout(5):
                await task


def play(story: Any) -> None:
    """Run an asynchronous story with a hub of its own."""

    async def whole() -> None:
        hub = stream.hub()
        try:
            await asyncio.sleep(0.3)  # it listens
            await story()
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await hub.stop()
            stream._hub = None

    asyncio.run(whole())


async def in_thread(work: Any, *args: Any, **values: Any) -> Any:
    """Run `work` as another process would, and leave no connection open."""

    def run() -> Any:
        try:
            return work(*args, **values)
        finally:
            connection.close()

    return await asyncio.to_thread(run)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def cookie_of(city: City, post: str, district: int = 0) -> str:
    client = Client()
    client.force_login(
        city.districts[district].user(post),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return f"linli_session={client.cookies['linli_session'].value}"


def report(city: City) -> Any:
    return services.report(
        description="x", now=NOW, channel="portal", place=city.districts[0].place(),
        case_class="E0102",
    )  # fmt: skip


def test_a_new_case_is_on_the_screens_of_its_district_at_once(city: City) -> None:
    own, foreign = cookie_of(city, "operator"), cookie_of(city, "operator", 1)

    async def story() -> None:
        async with Browser(cookie=own).open() as near, Browser(cookie=foreign).open() as far:
            await near.until("hello")
            await far.until("hello")
            assert near.headers["content-type"].startswith("text/event-stream")
            filed = await in_thread(report, city)
            await near.until(f'"case":{filed.case.pk}')
            await near.until("event: badges")
            assert "event: case" in near.text
            assert "event: case" not in far.text

    play(story)


def test_a_resident_follows_by_number_and_key(city: City) -> None:
    filed = report(city)

    async def story() -> None:
        query = f"case={filed.case.number}&key={filed.secret}"
        async with Browser(query).open() as follower:
            await follower.until("hello")
            actor = await in_thread(city.districts[0].user, "street_chief")
            await in_thread(services.perform, "file", case_id=filed.case.pk, actor=actor, now=NOW)
            await follower.until('"stage":"filed"')
        wrong = Browser(f"case={filed.case.number}&key=wrong")
        async with wrong.open():
            await wrong.until("Sign in")
            assert wrong.status == 401

    play(story)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"cookie": "linli_session=abcdefghijklmnop"}, 401),
        ({"cookie": "linli_session=../../x"}, 401),
        ({"host": "evil.example"}, 400),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_who_may_not_listen(city: City, headers: dict[str, str], status: int) -> None:
    async def story() -> None:
        async with Browser(**headers).open() as browser:
            await browser.until("\n")
            assert browser.status == status
            if status == 403:
                assert "access-control-allow-origin" not in browser.headers

    play(story)


def test_a_page_on_another_port_of_the_same_host_may_listen(city: City) -> None:
    own = cookie_of(city, "operator")

    async def story() -> None:
        async with Browser(cookie=own, origin="http://localhost:8000").open() as browser:
            await browser.until("hello")
            assert browser.headers["access-control-allow-origin"] == "http://localhost:8000"
            assert browser.headers["access-control-allow-credentials"] == "true"

    play(story)


def test_an_idle_session_does_not_listen(city: City) -> None:
    client = Client()
    client.force_login(
        city.districts[0].user("operator"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    session = client.session
    session["linli_seen_at"] = 1
    session.save()
    cookie = f"linli_session={session.session_key}"

    async def story() -> None:
        async with Browser(cookie=cookie).open() as browser:
            await browser.until("Sign in")

    play(story)


def test_after_the_database_came_back_everybody_looks_again(city: City) -> None:
    own = cookie_of(city, "operator")

    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'linli-events' AND datname = current_database()"
            )

    async def story() -> None:
        async with Browser(cookie=own).open() as browser:
            await browser.until("hello")
            await in_thread(cut)
            await browser.until("event: reset")
            filed = await in_thread(report, city)
            await browser.until(f'"case":{filed.case.pk}')

    play(story)


def test_the_site_sends_events_to_where_they_are(client: Client, settings: Any) -> None:
    settings.EVENTS_ORIGIN, settings.EVENTS_PORT = "", 8123
    answer = client.get("/events?case=1&key=2")
    assert answer.status_code == 307
    assert answer["Location"] == "http://testserver:8123/events?case=1&key=2"
    settings.EVENTS_ORIGIN = "https://events.example"
    assert client.get("/events")["Location"] == "https://events.example/events"
    settings.EVENTS_ORIGIN = "same"
    explained = client.get("/events")
    assert explained.status_code == 404
    assert "LINLI_EVENTS_ORIGIN" in explained.content.decode()
