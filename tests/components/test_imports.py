"""Inventories on their way into the register: checked, located, compared, applied, gone on with."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
import shapely
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from linli.catalogue.services import seed_catalogue
from linli.components import services
from linli.components.models import Component, ComponentEvent, Import, Tally
from linli.components.rules.quads import quad_of
from linli.components.rules.states import State
from linli.components.rules.tallies import LEVELS
from linli.components.services import applying, comparing
from linli.kernel import progress
from linli.kernel.errors import BadInput
from linli.staff.models import Unit
from linli.territory import queries as territory
from linli.territory.rules.coordinates import gcj02_from_wgs84
from tests.components.inventories import (
    HEADINGS,
    INSIDE,
    RIGHT,
    bring_in,
    code,
    faults,
    row,
    write_csv,
)
from tests.conftest import NOW
from tests.territory.factories import Town


def test_a_row_becomes_a_component_where_it_stands(town: Town, lamps: Unit, tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "a.csv",
        [
            row(
                1,
                状态="破损",
                位置="解放路3号",
                权属单位="路灯所",
                初始日期="2020-03-01",
                备注="旧",
            )
        ],
    )
    job = bring_in(file)
    assert (job.added, job.rejected, job.stage) == (1, 0, "applied")
    made = Component.objects.select_related("care", "wording", "source").get()
    found = territory.locate(*INSIDE)
    assert (made.number, made.parts.class_code) == (code(1), "C0101")
    assert (made.place.x, made.place.y) == INSIDE
    assert made.quad == quad_of(*INSIDE)
    assert (made.community_id, made.grid_id, made.cell_id) == (
        town.left.pk,
        town.left_grid.pk,
        found.cell_id,
    )
    assert made.care.owner_id == lamps.pk
    assert (made.state, str(made.installed_on), made.note) == (State.DAMAGED, "2020-03-01", "旧")
    assert made.wording is not None
    assert (made.wording.text, made.source.name) == ("解放路3号", "census")


def test_every_bad_row_lands_in_the_error_file_with_field_and_remedy(
    town: Town, tmp_path: Path
) -> None:
    bad = [
        row(1),
        row(2, 部件标识码="12"),
        row(3, 部件标识码="3101010101000001"),
        row(4, 部件标识码=code(4, "9901")),
        row(5, 经度="abc"),
        row(6, place=(24.93, 60.17)),
        row(7, place=(111.9, 30.9)),
        row(8, 状态="sleeping"),
        row(9, 初始日期="2020-02-30"),
        row(1),
        row(11, 位置="长" * 201),
        [*row(12), "one too many"],
    ]
    job = bring_in(write_csv(tmp_path / "a.csv", bad))
    assert (job.rows, job.rejected, job.added) == (12, 11, 1)
    expected = {
        2: ("code", "16 digits, not 2"),
        3: ("code", "(310101) are not those of the district it lies in (420503)"),
        4: ("code", "(9901) name no class"),
        5: ("place", "missing or are no numbers"),
        6: ("place", "outside China"),
        7: ("place", "lies in no community"),
        8: ("state", "“sleeping”"),
        9: ("installed_on", "no date"),
        10: ("code", "stands in row 1 already"),
        11: ("address", "at most 200"),
        12: ("row", "13 cells"),
    }
    expected[12] = ("row", f"{len(HEADINGS) + 1} cells")
    found = faults(job)
    assert found.keys() == expected.keys()
    for number, (field, said) in expected.items():
        assert found[number][0] == field
        assert said in found[number][1]
    out = tmp_path / "errors.csv"
    with out.open("w", encoding="utf-8") as file:
        assert services.write_faults(job, file) == 11
    assert out.read_text(encoding="utf-8").count("\n") == 12


def test_importing_again_changes_nothing(town: Town, tmp_path: Path) -> None:
    rows = [row(n, 位置=f"解放路{n}号", 权属单位="无名公司") for n in range(1, 6)]
    bring_in(write_csv(tmp_path / "a.csv", rows))
    again = bring_in(write_csv(tmp_path / "b.csv", [*rows, row(6)]))
    assert (again.added, again.moved, again.changed, again.same) == (1, 0, 0, 5)
    assert not ComponentEvent.objects.exists()
    assert set(Component.objects.values_list("version", flat=True)) == {1}


def test_a_census_shows_what_was_added_moved_changed_and_is_gone(
    town: Town, tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", [row(n, 备注="old") for n in range(1, 6)]))
    seen = [
        row(1),
        row(2, place=(INSIDE[0] + 0.001, INSIDE[1])),
        row(3, 备注="new"),
        row(9),
    ]
    file = write_csv(tmp_path / "b.csv", seen)
    job = bring_in(file, apply=False, census=True)
    assert (job.added, job.moved, job.changed, job.same, job.gone) == (1, 1, 1, 1, 2)
    assert Component.objects.count() == 5
    services.apply_import(job_id=job.pk, actor=None, now=NOW)
    told = {e.component_code % 100: e for e in ComponentEvent.objects.all()}
    assert {number: event.what for number, event in told.items()} == {
        2: "moved", 3: "changed", 4: "removed", 5: "removed",
    }  # fmt: skip
    assert told[3].changes == {"note": ["old", "new"]}
    assert told[2].changes["place"][1] == [INSIDE[0] + 0.001, INSIDE[1]]
    assert told[4].changes == {"state": [State.IN_USE, State.REMOVED]}
    assert all(event.entry == job.pk and event.number == 2 for event in told.values())
    moved = Component.objects.get(code=int(code(2)))
    assert moved.quad == quad_of(INSIDE[0] + 0.001, INSIDE[1])
    assert Component.objects.get(code=int(code(1))).note == "old"  # an empty cell says nothing


def test_a_census_removes_nothing_whose_row_was_left_out(town: Town, tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "a.csv", [row(1), row(2), row(3), row(4)]))
    seen = [row(1), row(2, 状态="banana"), row(3, place=(0, 0))]
    job = bring_in(write_csv(tmp_path / "b.csv", seen), census=True)
    assert (job.same, job.rejected, job.gone) == (1, 2, 1)
    removed = Component.objects.filter(state=State.REMOVED)
    assert [one.number for one in removed] == [code(4)]


def test_a_census_knows_the_keys_of_rows_left_out(town: Town, tmp_path: Path) -> None:
    heads = ("编号", "经度", "纬度", "状态")
    place = [str(one) for one in INSIDE]
    how = {
        "mapping": {"key": "编号", "x": "经度", "y": "纬度", "state": "状态"},
        "class_code": "C0101",
    }
    first = [["A-1", *place, ""], ["A-2", *place, ""], ["A-3", *place, ""]]
    bring_in(write_csv(tmp_path / "a.csv", first, heads), **how)
    again = [["A-1", *place, ""], ["A-2", *place, "banana"]]
    job = bring_in(write_csv(tmp_path / "b.csv", again, heads), census=True, **how)
    assert (job.same, job.rejected, job.gone) == (1, 1, 1)


def test_what_was_gone_and_is_found_again_comes_back(town: Town, tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    bring_in(write_csv(tmp_path / "b.csv", [row(1)]), census=True)
    bring_in(write_csv(tmp_path / "c.csv", [row(1), row(2)]))
    back = Component.objects.get(code=int(code(2)))
    assert (back.state, back.version) == (State.IN_USE, 3)


def test_a_census_of_a_region_leaves_the_others_alone(town: Town, tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "a.csv", [row(1), row(2), row(3, place=RIGHT)]))
    job = bring_in(write_csv(tmp_path / "b.csv", [row(1)]), census=True, region_id=town.left.pk)
    assert job.gone == 1
    assert Component.objects.get(code=int(code(3))).state == State.IN_USE


def test_an_import_goes_on_where_it_was_cut_off(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linli.components.services.reading import tables

    monkeypatch.setattr(tables.TableReader.batches, "__kwdefaults__", {"size": 10})
    monkeypatch.setattr(applying, "CHUNK", 7)
    rows = [row(n, 备注='two\nlines, "quoted"') for n in range(1, 40)]
    file = write_csv(
        tmp_path / "a.csv", [*rows, row(40, 经度="x"), *(row(n) for n in range(41, 60))]
    )

    class Pull(Exception):
        """The plug."""

    def pull(after: int) -> progress.Listener:
        told = iter(range(after, -1, -1))

        def listen(_done: int, _total: int | None, _says: str) -> None:
            if not next(told):
                raise Pull

        return listen

    job = services.begin_import(path=file, source="a", now=NOW, actor=None)
    with pytest.raises(Pull), progress.heard_by(pull(2)):
        services.read_import(job_id=job.pk, path=file, now=NOW)
    again = services.begin_import(path=file, source="a", now=NOW, actor=None)
    assert (again.pk, again.rows) == (job.pk, 30)
    read = services.read_import(job_id=job.pk, path=file, now=NOW)
    assert (read.rows, read.rejected, read.added) == (59, 1, 58)
    assert faults(read).keys() == {40}
    with pytest.raises(Pull), progress.heard_by(pull(2)):
        services.apply_import(job_id=job.pk, actor=None, now=NOW)
    assert Component.objects.count() == 21
    services.apply_import(job_id=job.pk, actor=None, now=NOW)
    assert Component.objects.count() == 58
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"components_stage_{job.pk}"])
        assert cursor.fetchone()[0] is None


def test_one_import_at_a_time(town: Town, tmp_path: Path) -> None:
    first = bring_in(write_csv(tmp_path / "a.csv", [row(1)]), apply=False)
    with pytest.raises(services.ImportRefused, match="Another import is open"):
        bring_in(write_csv(tmp_path / "b.csv", [row(2)]))
    services.drop_import(job_id=first.pk, actor=None, now=NOW)
    bring_in(write_csv(tmp_path / "b.csv", [row(2)]))
    with pytest.raises(services.ImportRefused, match="dropped"):
        services.apply_import(job_id=first.pk, actor=None, now=NOW)


def test_the_ledger_of_counts_always_adds_up(town: Town, tmp_path: Path) -> None:
    def tallied(level: int) -> dict[tuple[int, int], int]:
        found: dict[tuple[int, int], int] = {}
        for line in Tally.objects.filter(level=level):
            key = (line.tile, line.state)
            found[key] = found.get(key, 0) + line.count
        return {key: count for key, count in found.items() if count}

    def counted(level: int) -> dict[tuple[int, int], int]:
        found: dict[tuple[int, int], int] = {}
        for one in Component.objects.all():
            key = (one.quad >> (2 * (31 - level)), one.state)
            found[key] = found.get(key, 0) + 1
        return found

    places = [(INSIDE[0] + n * 0.0004, INSIDE[1] + n * 0.0002) for n in range(20)]
    bring_in(write_csv(tmp_path / "a.csv", [row(n, place=p) for n, p in enumerate(places, 1)]))
    bring_in(
        write_csv(tmp_path / "b.csv", [row(n, place=p) for n, p in enumerate(places[5:], 1)]),
        census=True,
    )
    Component.objects.filter(code=int(code(1))).delete()
    for _folded in range(2):
        assert tallied(17) == counted(17)
        assert tallied(13) == counted(13)
        services.fold_tallies()
    assert services.fold_tallies() == 0


@pytest.mark.parametrize("crs", ["gcj02", "epsg:4546"])
def test_coordinates_are_converted_at_the_door(town: Town, tmp_path: Path, crs: str) -> None:
    import numpy as np

    from linli.components.rules.projections import metres_from, zone_of

    if crs == "gcj02":
        x, y = gcj02_from_wgs84(*INSIDE)
    else:
        zone = zone_of(4546)
        assert zone is not None
        east, north = metres_from(zone, np.array([INSIDE[0]]), np.array([INSIDE[1]]))
        x, y = float(north[0]), float(east[0])  # as surveys write it
    bring_in(write_csv(tmp_path / "a.csv", [row(1, place=(float(x), float(y)))]), crs=crs)
    place = Component.objects.get().place
    assert (place.x, place.y) == pytest.approx(INSIDE, abs=1e-7)


def test_inventories_without_codes_are_given_codes_and_known_again(
    town: Town, tmp_path: Path
) -> None:
    headings = ("lamp_id", "road_address", "lon", "lat")
    rows = [[f"L{n}", "Main Road", str(INSIDE[0]), str(INSIDE[1])] for n in range(3)]
    bring_in(write_csv(tmp_path / "a.csv", rows, headings), class_code="C0101")
    first = dict.fromkeys(Component.objects.values_list("code", flat=True))
    assert [f"{one:016d}" for one in sorted(first)] == [code(n) for n in (1, 2, 3)]
    again = [rows[2], ["L9", "", str(INSIDE[0]), str(INSIDE[1])], rows[0]]
    job = bring_in(write_csv(tmp_path / "b.csv", again, headings), class_code="C0101")
    assert (job.added, job.same) == (1, 2)


def test_names_become_units_of_the_district_and_others_stay_names(
    town: Town, lamps: Unit, tmp_path: Path
) -> None:
    owners = ("路灯管理所", "路灯所", lamps.code, "不知名公司")
    bring_in(write_csv(tmp_path / "a.csv", [row(n, 权属单位=o) for n, o in enumerate(owners, 1)]))
    cares = [c.care for c in Component.objects.select_related("care").order_by("code")]
    assert [care.owner_id for care in cares] == [lamps.pk, lamps.pk, lamps.pk, None]
    assert cares[3].owner_name == "不知名公司"


def test_geojson_lines_and_areas_keep_their_shape(town: Town, tmp_path: Path) -> None:
    west, south = INSIDE
    shapes = [
        shapely.Point(INSIDE),
        shapely.LineString([INSIDE, (west + 0.001, south)]),
        shapely.box(west, south, west + 0.0002, south + 0.0002),
    ]
    features = [
        {"type": "Feature", "properties": {"ObjID": code(n), "Note": "é"},
         "geometry": json.loads(shapely.to_geojson(shape))}
        for n, shape in enumerate(shapes, 1)
    ]  # fmt: skip
    features += [
        {"type": "Feature", "properties": {"ObjID": code(8)}, "geometry": None},
        {"type": "Feature", "properties": {"ObjID": code(9)},
         "geometry": {"type": "Polygon", "coordinates": "x"}},
    ]  # fmt: skip
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    job = bring_in(file)
    assert (job.added, faults(job).keys()) == (3, {4, 5})
    kinds = [c.shape and c.shape.geom_type for c in Component.objects.order_by("code")]
    assert kinds == [None, "LineString", "Polygon"]
    line = Component.objects.get(code=int(code(2)))
    assert line.place.x == pytest.approx(west + 0.0005)


def test_a_geopackage_is_read_with_its_own_system(town: Town, tmp_path: Path) -> None:
    import numpy as np
    import pyogrio.raw

    from linli.components.rules.projections import metres_from, zone_of

    zone = zone_of(4546)
    assert zone is not None
    east, north = metres_from(zone, np.array([INSIDE[0]]), np.array([INSIDE[1]]))
    file = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        file,
        geometry=np.array([shapely.to_wkb(shapely.Point(east[0], north[0]))], dtype=object),
        field_data=[np.array([code(1)], dtype=object), np.array(["完好"], dtype=object)],
        fields=["ObjID", "ObjState"],
        geometry_type="Point",
        crs="EPSG:4546",
        driver="GPKG",
    )
    job = bring_in(file)
    assert (job.added, job.crs) == (1, "epsg:4546")
    place = Component.objects.get().place
    assert (place.x, place.y) == pytest.approx(INSIDE, abs=1e-7)


def test_an_excel_sheet_is_read(town: Town, tmp_path: Path) -> None:
    import xlsxwriter

    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, row(1))
        sheet.write(2, 0, float(code(2)))  # typed as a number
        sheet.write_row(2, 1, INSIDE)
    job = bring_in(file)
    assert job.added == 2, faults(job)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "no heading"),
        ("a.csv.gz", b"\x1f\x8b\x08nonsense", "damaged"),
        ("a.geojson", b"[1, 2", "no GeoJSON"),
        ("a.geojson", b'{"features": [{"type": "Feature"', "no GeoJSON"),
        ("a.gpkg", b"SQLite format 3\0", "GeoPackage"),
        ("a.xlsx", b"PK\x03\x04", "sheet cannot be read"),
        ("a.doc", b"x", "an inventory is one of"),
    ],
)
def test_a_damaged_file_is_refused_in_a_sentence(
    town: Town, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(BadInput, match=said):
        bring_in(file)


def test_the_cost_of_an_import_does_not_grow_with_its_rows(town: Town, tmp_path: Path) -> None:
    def statements(name: str, count: int) -> int:
        file = write_csv(tmp_path / name, [row(n, 位置=f"路{n}") for n in range(1, count)])
        with CaptureQueriesContext(connection) as captured:
            bring_in(file)
        return len(captured)

    statements("warm.csv", 3)
    assert statements("a.csv", 5) == statements("b.csv", 500)


@pytest.mark.django_db(transaction=True)
def test_of_two_ranges_at_once_one_may_fail_and_nothing_is_lost_or_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_catalogue(NOW)
    Town()
    monkeypatch.setattr(applying, "CHUNK", 7)
    file = write_csv(tmp_path / "a.csv", [row(n) for n in range(1, 40)])
    job = services.begin_import(path=file, source="a", now=NOW, actor=None)
    services.read_import(job_id=job.pk, path=file, now=NOW)
    whole = comparing.apply_range

    def cut(job: Import, after: int, upto: int) -> int:
        if after and threading.current_thread() is threading.main_thread():
            raise ConnectionError
        return whole(job, after, upto)

    monkeypatch.setattr(comparing, "apply_range", cut)
    with pytest.raises(ConnectionError):
        services.apply_import(job_id=job.pk, actor=None, now=NOW)
    assert Component.objects.count() == 7  # the range beside it
    job.refresh_from_db()
    assert job.applied_to == 0
    monkeypatch.setattr(comparing, "apply_range", whole)
    services.apply_import(job_id=job.pk, actor=None, now=NOW)
    assert Component.objects.count() == 39
    for level in LEVELS:
        assert Tally.objects.filter(level=level).aggregate(n=Sum("count"))["n"] == 39
