"""Sessions are read by a statement of their own, and say what Django's say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone

from linli.kernel.sessions import SessionStore

pytestmark = pytest.mark.django_db


def kept() -> str:
    store = SessionStore()
    store["desk_columns"] = ["number"]
    store.save()
    assert store.session_key is not None
    return store.session_key


def test_a_session_holds_what_django_reads_of_it(django_assert_num_queries: object) -> None:
    key = kept()
    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's
        found = SessionStore(key)["desk_columns"]
    assert found == db.SessionStore(key)["desk_columns"] == ["number"]


def test_an_ended_session_is_empty_at_once_and_loses_its_key() -> None:
    key = kept()
    SessionStore(key).delete()
    store = SessionStore(key)
    assert store.get("desk_columns") is None
    assert store.session_key is None


def test_an_expired_session_is_empty() -> None:
    key = kept()
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert SessionStore(key).get("desk_columns") is None


def test_a_database_that_goes_away_meanwhile_is_no_ended_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = SessionStore(kept())
    store["desk_columns"] = []

    def away(*args: object, **options: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Session, "save", away)
    with pytest.raises(OperationalError):
        store.save()
    monkeypatch.undo()
    SessionStore(store.session_key).delete()
    with pytest.raises(UpdateError):
        store.save()
