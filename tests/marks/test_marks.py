"""Marks on the map: who sees them, who changes them, what is drawn of them (R105)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from linli.audit.models import AccessLog
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused, Stale
from linli.marks import services
from linli.marks.models import Mark
from linli.marks.queries import mark_for, mark_tile, marks_for, tiles
from linli.marks.rules.shapes import read_shape, write_shape
from linli.staff.models import User
from tests.cases.city import City, make_city
from tests.conftest import NOW
from tests.maps.conftest import tile_of
from tests.maps.test_doors import signed_in

TODAY = NOW.date()
POINT = "point:121.005,31.005"
AREA = "area:121.001,31.001;121.004,31.001;121.004,31.004"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def person(city: City, name: str, *grants: str, district: int = 0) -> User:
    """The person of a post, with more grants."""
    post = city.districts[district].posts[name]
    post.grants = sorted({*post.grants, *grants})
    post.save()
    return city.districts[district].user(name)


def mark(actor: User, **given: Any) -> Mark:
    values: dict[str, Any] = {
        "text": "集合点", "kind": "place", "audience": "own", "shape": POINT,
        "valid_from": TODAY, "now": NOW,
    }  # fmt: skip
    return services.add_mark(actor=actor, **values | given)


def seen(user: User) -> set[str]:
    return {one.text for one in marks_for(user)}


# -- who sees, who changes ------------------------------------------------------------------------
def test_a_mark_of_ones_own_is_nobody_elses(city: City) -> None:
    chief, worker = person(city, "street_chief"), person(city, "worker")
    own = mark(worker)
    assert seen(worker) == {"集合点"}
    assert seen(chief) == set()
    with pytest.raises(NotFound):
        mark_for(chief, own.pk)


def test_a_mark_of_a_unit_is_for_the_unit_and_those_above(city: City) -> None:
    worker = person(city, "worker", "marks.share")
    mark(worker, audience="unit")
    units = {seat.unit_id for seat in worker.seats}
    for name, post in city.districts[0].posts.items():
        user = city.districts[0].user(name)
        within = any(units & seat.unit_ids for seat in user.seats if "cases.see" in seat.grants)
        assert (seen(user) == {"集合点"}) is within, (name, post)
    assert seen(city.districts[1].user("street_chief")) == set()


def test_a_mark_for_everybody_is_seen_by_all_staff_and_changed_by_few(city: City) -> None:
    worker = person(city, "worker", "marks.share")
    shared = mark(worker, audience="all")
    stranger = person(city, "street_chief", "marks.manage", district=1)
    assert seen(stranger) == {"集合点"}
    with pytest.raises(NotYours):
        services.remove_mark(actor=stranger, mark_id=shared.pk, now=NOW)
    colleague = person(city, "street_chief")
    with pytest.raises(NotYours):
        services.remove_mark(actor=colleague, mark_id=shared.pk, now=NOW)
    unit = next(iter(worker.seats)).unit_id
    manager = person(city, "chief", "marks.manage")
    assert any(unit in seat.unit_ids for seat in manager.seats)
    services.remove_mark(actor=manager, mark_id=shared.pk, now=NOW)
    assert seen(worker) == set()


def test_sharing_needs_the_grant(city: City) -> None:
    with pytest.raises(NotYours, match="for yourself only") as refusal:
        mark(person(city, "handler"), audience="all")
    assert refusal.value.field == "audience"


def test_who_changes_at_the_same_time_as_another_is_told(city: City) -> None:
    worker = person(city, "worker")
    own = mark(worker)
    given = {"kind": "hazard", "audience": "own", "shape": AREA, "valid_from": TODAY, "now": NOW}
    changed = services.change_mark(actor=worker, mark_id=own.pk, version=1, text="隐患", **given)
    assert (changed.version, changed.text, changed.shape.geom_type) == (2, "隐患", "Polygon")
    with pytest.raises(Stale):
        services.change_mark(actor=worker, mark_id=own.pk, version=1, text="别的", **given)


def test_every_change_stands_in_the_log_without_the_words(city: City) -> None:
    worker = person(city, "worker")
    own = mark(worker, text="王家门口")
    services.change_mark(
        actor=worker, mark_id=own.pk, version=1, text="李家门口", kind="place", audience="own",
        shape=POINT, valid_from=TODAY, now=NOW,
    )  # fmt: skip
    services.remove_mark(actor=worker, mark_id=own.pk, now=NOW)
    rows = AccessLog.objects.filter(object_type="mark", object_id=str(own.pk)).order_by("pk")
    assert [row.action for row in rows] == ["marks.added", "marks.changed", "marks.removed"]
    assert rows[1].detail == {"changed": ["text"]}
    assert "家门口" not in "".join(str(row.detail) for row in rows)


def test_nobody_fills_the_map_without_end(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_OF_ONE", 1)
    worker = person(city, "worker")
    mark(worker)
    with pytest.raises(Refused, match="You have 1 marks"):
        mark(worker)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "dragon"}, "kind"), ({"audience": "world"}, "audience"), ({"text": " "}, "text"),
        ({"text": "长" * 61}, "text"), ({"note": "长" * 501}, "note"),
        ({"last_on": TODAY - timedelta(days=1)}, "last_on"), ({"shape": "circle:1,2"}, "shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(city: City, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        mark(person(city, "worker"), **given)
    assert refusal.value.field == field


def test_the_database_keeps_the_days_in_order(city: City) -> None:
    own = mark(person(city, "worker"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Mark.objects.filter(pk=own.pk).update(last_on=TODAY - timedelta(days=1))


# -- shapes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    ["", "point:", "point:1", "point:1,2;3,4", "point:x,1", "point:200,1", "point:1,nan",
     "line:1,2", "line:1,2;1,2", "area:1,2;3,4", "area:1,1;2,2;3,3", "area:0,0;1,1;1,0;0,1",
     "point:1_0,2", "line:" + ";".join(f"{n / 100},1" for n in range(201))],
)  # fmt: skip
def test_what_is_no_shape_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read_shape(text)
    assert refusal.value.field == "shape"


@given(
    lon=st.floats(-179, 179), lat=st.floats(-84, 84), size=st.floats(0.001, 0.5),
    corners=st.integers(1, 3),
)  # fmt: skip
def test_a_shape_reads_as_it_was_written(lon: float, lat: float, size: float, corners: int) -> None:
    places = [(lon, lat), (lon + size, lat), (lon, lat + size)][:corners]
    kind = ("point", "line", "area")[corners - 1]
    text = f"{kind}:" + ";".join(f"{x:.6f},{y:.6f}" for x, y in places)
    assert read_shape(write_shape(read_shape(text))).equals(read_shape(text))
    assert write_shape(read_shape(text)).startswith(f"{kind}:")


# -- tiles ----------------------------------------------------------------------------------------
def names_in(user: User, z: int = 14, *, on: date = TODAY) -> list[str]:
    """The texts in the tile over the city's middle, read with PostGIS's own eyes: none."""
    body = mark_tile(user, *tile_of(121.005, 31.005, z), on=on)
    return [text for text in ("集合点", "隐患", "+1") if text.encode() in body]


def test_a_tile_shows_the_marks_of_the_day_to_those_who_may_see_them(city: City) -> None:
    worker = person(city, "worker", "marks.share")
    mark(worker, audience="all", last_on=TODAY + timedelta(days=1))
    mark(worker, text="隐患", shape="line:121.004,31.004;121.006,31.006")
    stranger = city.districts[1].user("street_chief")
    assert names_in(worker) == ["集合点", "隐患"]
    assert names_in(stranger) == ["集合点"]
    assert names_in(worker, on=TODAY - timedelta(days=1)) == []
    assert names_in(worker, on=TODAY + timedelta(days=2)) == ["隐患"]
    assert mark_tile(worker, *tile_of(100, 40, 14), on=TODAY) == b""


@pytest.mark.parametrize("z", [0, 3, 8, 12, 14, 18, 22])
def test_a_text_stands_in_one_tile_of_a_zoom_alone(city: City, z: int) -> None:
    worker = person(city, "worker")
    mark(worker, shape="point:121.005,31.005")
    _z, x, y = tile_of(121.005, 31.005, z)
    around = [
        (x + dx, y + dy)
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
        if 0 <= x + dx < 2**z and 0 <= y + dy < 2**z
    ]
    found = [at for at in around if "集合点".encode() in mark_tile(worker, z, *at, on=TODAY)]
    assert found == [(x, y)]


def test_a_crowded_tile_says_how_many_it_leaves_out(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "MOST", 1)
    worker = person(city, "worker")
    mark(worker)
    mark(worker, text="隐患")
    assert names_in(worker) == ["隐患", "+1"]


def test_a_tile_of_marks_is_kept_until_it_changes(city: City) -> None:
    worker = person(city, "worker")
    z, x, y = tile_of(121.005, 31.005, 14)
    path, client = f"/tiles/marks/{z}/{x}/{y}.mvt?on={TODAY}", signed_in(city, "worker")
    mark(worker)
    first = client.get(path)
    assert first.status_code == 200
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    mark(worker, text="隐患")
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert Client().get(path).status_code == 401


def test_marks_are_found_by_the_index_on_shapes(city: City) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'marks_mark'")
        assert any("gist (shape)" in row[0] for row in cursor.fetchall())


# -- pages ----------------------------------------------------------------------------------------
def test_a_mark_is_made_changed_and_removed_on_pages(city: City) -> None:
    person(city, "worker", "marks.share")
    client = signed_in(city, "worker")
    assert "121.005,31.005" in client.get(f"/map/marks/new/?shape={POINT}").content.decode()
    data = {"text": "井盖待查", "kind": "hazard", "audience": "all", "shape": POINT,
            "valid_from": str(TODAY)}  # fmt: skip
    made = client.post("/map/marks/new/", data)
    assert made.status_code == 302
    assert "/map/?stage=open&box=" in made["Location"]
    own = Mark.objects.get()
    assert "井盖待查" in client.get("/map/marks/").content.decode()
    assert "井盖待查" not in client.get("/map/marks/?q=没有").content.decode()
    assert "井盖待查" in client.get(f"/map/marks/summary/?id={own.pk}&id=x").content.decode()
    changed = client.post(f"/map/marks/{own.pk}/", data | {"text": "已修复", "version": "1"})
    assert changed.status_code == 302
    late = client.post(f"/map/marks/{own.pk}/", data | {"version": "1"})
    assert late.status_code == 422
    assert "Somebody changed this mark" in late.content.decode()
    reader = signed_in(city, "street_chief")
    page = reader.get(f"/map/marks/{own.pk}/").content.decode()
    assert "已修复" in page
    assert "Remove this mark" not in page
    assert reader.post(f"/map/marks/{own.pk}/remove").status_code == 403
    assert client.post(f"/map/marks/{own.pk}/remove").status_code == 302
    assert not Mark.objects.exists()


def test_a_form_with_faults_says_which(city: City) -> None:
    client = signed_in(city, "worker")
    data = {"text": "x", "kind": "hazard", "audience": "own", "shape": "area:0,0;1,1;1,0;0,1",
            "valid_from": str(TODAY)}  # fmt: skip
    answer = client.post("/map/marks/new/", data)
    assert answer.status_code == 422
    assert "crosses itself" in answer.content.decode()
    assert client.post("/map/marks/new/", data | {"valid_from": "gestern"}).status_code == 422


def test_the_list_costs_the_same_however_many_marks(
    city: City, django_assert_num_queries: Any
) -> None:
    worker, client = person(city, "worker"), signed_in(city, "worker")
    mark(worker)
    client.get("/map/marks/")
    with django_assert_num_queries(100, exact=False) as before:
        client.get("/map/marks/")
    for _n in range(30):
        mark(worker)
    with django_assert_num_queries(len(before)):
        client.get("/map/marks/")
