"""A city with an official account, WeChat's servers, and the worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django import models as jobs

from linli.cases.models import Case
from linli.deliveries import services as outbox
from linli.wechat.models import Account
from linli.wechat.services import acting, media
from linli.wechat.services.calling import ApiFault
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.outside import served
from tests.wechat.server import ACCOUNT, APP_ID, KEY, SECRET, TOKEN, Interface, WeChat

PATH = "/wechat/city/"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def interface(settings: Any) -> Iterator[Interface]:
    """WeChat's interface, at an address that may be called."""
    settings.OUTBOUND_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_ORIGIN = "https://city.example"
    interface = Interface()
    with served() as (origin, kind):
        kind.handle_it = interface.handle
        interface.origin = origin  # type: ignore[attr-defined]  # for the account
        yield interface


@pytest.fixture
def account(city: City) -> Account:
    """Of the second district; its interface is nowhere."""
    return Account.objects.create(
        code="city", name="邻里", region=city.districts[1].region, app_id=APP_ID, token=TOKEN,
        aes_key=KEY, app_secret=SECRET, original_id=ACCOUNT, api_base="http://127.0.0.1:9",
    )  # fmt: skip


@pytest.fixture
def reachable(account: Account, interface: Interface) -> Account:
    account.api_base = interface.origin  # type: ignore[attr-defined]  # set by the fixture
    account.save()
    return account


class Clock:
    """The moment everywhere; a test moves it."""

    def __init__(self) -> None:
        self.now = NOW
        self.done: set[int] = set()

    def read(self) -> datetime:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock.read)
    return clock


@pytest.fixture
def wechat(client: Client, account: Account) -> WeChat:
    return WeChat(client, PATH)


def work(clock: Clock) -> list[str]:
    """Do what is queued, as the worker does; the names of the jobs, “?” for one that waits."""
    names = []
    rows = jobs.ProcrastinateJob.objects.filter(task_name__startswith="wechat.")
    for row in rows.exclude(pk__in=clock.done).order_by("id"):
        run = {"wechat.act": acting.act, "wechat.fetch_media": media.fetch_media}[row.task_name]
        try:
            run(**row.args, now=clock.now)
        except (OSError, ApiFault):
            names.append(f"{row.task_name}?")
        else:
            names.append(row.task_name)
            clock.done.add(row.pk)
    return names


def send(clock: Clock) -> int:
    return outbox.send_due(clock=clock.read)


def only_case() -> Case:
    return Case.objects.get(channel="wechat")
