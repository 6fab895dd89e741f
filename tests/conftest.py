"""What every test starts from: no network, one moment called now."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from playwright.sync_api import expect

from tests import template

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Tuesday, a working day

# What a page shall show is waited for as patiently as a page itself: a loaded machine is no fault.
expect.set_options(timeout=15_000)


@pytest.fixture
def now() -> datetime:
    """The moment tests act at."""
    return NOW


@pytest.fixture(scope="session")
def django_db_keepdb(
    django_db_keepdb: bool, django_db_modify_db_settings: None, django_db_blocker: Any
) -> bool:
    """Whether the database is there already: a copy of the template is, where there is one."""
    if not template.NAME:
        return django_db_keepdb
    with django_db_blocker.unblock():
        template.copy()
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database of this process; a copy goes when the tests are over."""
    yield
    if template.NAME:
        with django_db_blocker.unblock():
            template.drop(str(connection.settings_dict["NAME"]))


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Every test begins in the city's language, whatever the one before has left."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


def _is_near(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    host = address[0]
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Any:
    """Only this machine can be reached."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_near(address):
            raise RuntimeError(f"A test wants to reach {address[0]}: mock the outside world.")
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        if not _is_near(address):
            raise RuntimeError(f"A test wants to reach {address[0]}: mock the outside world.")
        return connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    patch.setattr(socket.socket, "connect_ex", guarded_ex)
    yield
    patch.undo()
