"""Components through the REST interface."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from linli.components.models import Component
from linli.components.rules.quads import quad_of, tile_at, tile_number
from tests.api.conftest import Caller, token_of
from tests.components.inventories import INSIDE, bring_in, code, row, write_csv
from tests.factories import make_post
from tests.territory.factories import Town


@pytest.fixture
def caller(town: Town, tmp_path: Path, client: Client) -> Caller:
    rows = [row(n, 位置=f"解放路{n}号", 状态="破损" if n == 2 else "") for n in range(1, 8)]
    bring_in(write_csv(tmp_path / "a.csv", [*rows, row(8, place=(INSIDE[0] + 0.004, INSIDE[1]))]))
    post = make_post("components.see", region=town.left)
    return Caller(token_of(post), client)


def test_the_register_is_listed_page_by_page(caller: Caller) -> None:
    first = caller.get("/components?page_size=5&class=C01").json()
    assert [one["code"] for one in first["components"]] == [code(n) for n in range(1, 6)]
    second = caller.get(first["next"].removeprefix("/api/v1")).json()
    assert [one["code"] for one in second["components"]] == [code(n) for n in range(6, 9)]
    assert second["next"] is None
    row_: dict[str, Any] = second["components"][0]
    assert row_["component_class"]["code"] == "C0101"
    assert row_["address"] == "解放路6号"
    assert row_["place"] == {"lon": INSIDE[0], "lat": INSIDE[1]}


def test_one_component_tells_its_story(caller: Caller, town: Town, tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "b.csv", [row(2, 状态="完好")]))
    one = caller.get(f"/components/{code(2)}").json()
    assert one["state"] == "in_use"
    assert [told["file"] for told in one["history"]] == ["b.csv", "a.csv"]
    assert len(one["history"][0]["changes"]) == 1


def test_what_stands_near_comes_with_its_distance(caller: Caller) -> None:
    lon, lat = INSIDE
    found = caller.get(f"/components/near?lon={lon}&lat={lat}&radius=500").json()["components"]
    assert [one["code"] for one in found][-1] == code(8)
    assert found[0]["distance_m"] == 0
    assert 370 < found[-1]["distance_m"] < 395


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/components?state=asleep", 400),
        ("/components?page_size=0", 400),
        ("/components?cursor=x", 400),
        ("/components?colour=red", 400),
        ("/components/near?lon=111&lat=30&radius=9000", 400),
        ("/components/near?lat=30", 400),
        ("/components/4205030101000099", 404),
        ("/components/abc", 404),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(caller: Caller, path: str, status: int) -> None:
    answer = caller.get(path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"]


def test_a_token_without_the_grant_sees_nothing(caller: Caller, town: Town) -> None:
    other = Caller(token_of(make_post("cases.see", region=town.city)), caller.client)
    assert Component.objects.count() == 8
    assert other.get("/components").json()["components"] == []
    assert other.get(f"/components/{code(1)}").status_code == 404


def test_a_map_gets_its_tiles_tagged_and_cut_to_what_the_person_sees(
    caller: Caller, town: Town
) -> None:
    user = make_post("components.see", region=town.left).user
    stranger = make_post("components.see", region=town.right).user
    x, y = tile_at(16, tile_number(quad_of(*INSIDE), 16))
    address = f"/tiles/components/16/{x}/{y}.mvt"
    assert Client().get(address).status_code == 401
    browser = Client()
    browser.force_login(user)
    tile = browser.get(address)
    assert code(1).encode() in tile.content
    assert browser.get(address, headers={"If-None-Match": tile["ETag"]}).status_code == 304
    assert browser.get(f"{address}?state=lost").status_code == 204
    browser.force_login(stranger)
    assert browser.get(address).status_code == 204
