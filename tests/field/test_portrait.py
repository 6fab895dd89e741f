"""A worker's picture on the board of their grid: shown by choice, taken back at once (R39)."""

from __future__ import annotations

import pytest
from django.test import Client

from linli.files.models import LooseObject
from linli.staff.models import Portrait
from tests.cases.city import City, make_city
from tests.field.pictures import photo
from tests.field.test_journeys import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def picture_of(city: City) -> str:
    return f"/grids/{city.districts[0].grids[0].code}/worker.jpg"


def test_the_board_shows_a_picture_only_as_long_as_its_owner_agrees(city: City) -> None:
    home, stranger = city.districts[0], Client()
    worker, board = home.user("worker"), f"/grids/{home.grids[0].code}/"
    web = signed_in(worker)
    assert picture_of(city) not in stranger.get(board).content.decode()
    assert stranger.get(picture_of(city)).status_code == 404

    sent = web.post("/field/me/portrait", {"files": photo(worker), "agreed": "1"})
    assert sent["Location"] == "/field/me/"
    assert picture_of(city) in stranger.get(board).content.decode()
    shown = stranger.get(picture_of(city))
    assert shown["Content-Type"] == "image/jpeg"
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[attr-defined]

    key = Portrait.objects.get(user=worker).key
    web.post("/field/me/portrait", {"take_back": "1"})
    assert stranger.get(picture_of(city)).status_code == 404
    assert picture_of(city) not in stranger.get(board).content.decode()
    assert LooseObject.objects.filter(key=key).exists()  # goes from the disk with the commit


@pytest.mark.parametrize("lacking", ["agreed", "files"])
def test_a_picture_is_not_shown_without_agreement_or_photo(city: City, lacking: str) -> None:
    worker = city.districts[0].user("worker")
    sent = {"files": photo(worker), "agreed": "1"}
    del sent[lacking]
    answer = signed_in(worker).post("/field/me/portrait", sent)
    assert answer.status_code in (400, 404)
    assert not Portrait.objects.exists()


def test_nobody_shows_the_upload_of_somebody_else(city: City) -> None:
    home = city.districts[0]
    sent = {"files": photo(home.user("handler")), "agreed": "1"}
    answer = signed_in(home.user("worker")).post("/field/me/portrait", sent)
    assert answer.status_code == 404
    assert not Portrait.objects.exists()
