"""Regions, grids and their files on pages: previewed, committed, remembered, refused in words."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from linli.console.models import StagedFile
from linli.console.rules.files import MOST_UNPACKED_BYTES, unpacked
from linli.console.services.staging import stage_file
from linli.kernel.errors import BadInput
from linli.territory.models import Grid, GridVersion, Region, Road
from linli.territory.rules.codes import grid_code
from tests.catalogue.factories import a_class
from tests.console.conftest import COMMUNITY, City, Person
from tests.console.test_people_pages import words
from tests.territory.factories import make_cells, make_grid

pytestmark = pytest.mark.django_db
IMPORT = "console:imports"


def upload(name: str, data: bytes | str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)


def choose(person: Person, file: SimpleUploadedFile, layer: str = "roads", **more: str) -> Any:
    asked = {"layer": layer, "crs": "wgs84", "from_date": "2026-01-01", "file": file, **more}
    return person.client.post(reverse(IMPORT), asked)


def test_names_are_edited_and_the_page_says_what_they_were(system: Person, city: City) -> None:
    page = reverse("console:region", args=[city.community.code])
    edit = reverse("console:edit_region", args=[city.community.code])
    assert system.client.post(edit, {"name": ""}).status_code == 422
    assert system.client.post(edit, {"name": "承兴居民委员会"}).status_code == 302
    said = words(system.client.get(page))
    assert "承兴居委会 → 承兴居民委员会" in said
    assert "系统管理员" in said


def test_a_grid_outside_the_band_needs_a_reason(system: Person, city: City) -> None:
    edit = reverse("console:edit_grid", args=[city.grid.code])
    values = {"name": "一网格", "kind": "lane", "households": "900"}
    answer = system.client.post(edit, values)
    assert (answer.status_code, *answer.context["form"].errors) == (422, "reason")
    assert "200 to 500" in words(answer)
    system.client.post(edit, {**values, "reason": "公寓楼多"})
    city.grid.refresh_from_db()
    assert city.grid.households == 900
    page = words(system.client.get(reverse("console:grid", args=[city.grid.code])))
    assert "公寓楼多" in page
    assert "— → 900" in page
    listed = system.client.get(reverse("console:grids") + "?band=on").context["table"].rows
    assert [row.cells[0].text for row in listed] == ["一网格"]


def test_a_cell_gets_another_grade_from_a_day_on_and_the_past_stays(
    system: Person, city: City
) -> None:
    cell = make_cells(city.community, city.grid, COMMUNITY)[0]
    page = reverse("console:cell", args=[cell.code])
    assert cell.code in words(system.client.get(reverse("console:grid", args=[city.grid.code])))
    today = timezone.localdate()
    sent = {"grade": "B", "grid": city.grid.pk, "from_date": today, "reason": "主干道改造"}
    assert system.client.post(page, {**sent, "grade": "X"}).status_code == 422
    assert system.client.post(page, sent).status_code == 302
    assert system.client.post(page, sent).status_code == 302, "the same again changes nothing"
    past, now = cell.versions.order_by("during")
    assert (past.grade, now.grade, now.during.lower) == ("A", "B", today)
    said = words(system.client.get(page))
    assert "A → B" in said
    assert "主干道改造" in said


def test_an_outline_holds_from_its_day_on_and_the_past_stays(system: Person, city: City) -> None:
    smaller = shapely.box(120.0, 30.0, 120.003, 30.002)
    page = reverse("console:redraw_grid", args=[city.grid.code])
    from_date = (timezone.localdate() - timedelta(days=1)).isoformat()
    asked = {"crs": "wgs84", "from_date": from_date}
    for bad in ("{", json.dumps({"type": "FeatureCollection", "features": []}), "a,b\n1,2\n"):
        answer = system.client.post(page, {**asked, "file": upload("x.geojson", bad)})
        assert (answer.status_code, *answer.context["form"].errors) == (422, "file"), bad
    far = upload("x.geojson", shapely.to_geojson(shapely.box(1, 1, 2, 2)))
    answer = system.client.post(page, {**asked, "file": far})
    assert answer.status_code == 422
    assert "outside China" in words(answer)
    file = upload("x.geojson", shapely.to_geojson(smaller))
    assert system.client.post(page, {**asked, "file": file}).status_code == 302
    assert GridVersion.objects.filter(grid=city.grid).count() == 2
    for on, east in ((from_date, 120.003), ("2021-01-01", 120.004)):
        url = reverse("console:grid_geojson", args=[city.grid.code])
        (feature,) = system.client.get(f"{url}?on={on}").json()["features"]
        outline = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert outline.bounds[2] == east
    shown = words(system.client.get(reverse("console:grid", args=[city.grid.code])))
    assert "Changed an outline" in shown
    again = upload("x.geojson", shapely.to_geojson(smaller))
    answer = system.client.post(page, {**asked, "from_date": "2025-01-01", "file": again})
    assert (answer.status_code, *answer.context["form"].errors) == (422, "from_date")


def test_ending_says_what_stands_in_the_way(system: Person, city: City) -> None:
    end = reverse("console:end_region", args=[city.community.code])
    today = timezone.localdate().isoformat()
    answer = system.client.post(end, {"on": today})
    assert answer.status_code == 422
    assert "End or move them first" in words(answer)
    end_grid = reverse("console:end_grid", args=[city.grid.code])
    assert system.client.post(end_grid, {"on": today}).status_code == 302
    assert Grid.objects.get().valid_to is not None
    assert system.client.post(end_grid, {"on": today}).status_code == 422, "ended already"


def test_pages_show_any_day(system: Person, city: City) -> None:
    later = city.grid
    later.valid_from = date(2026, 6, 1)
    later.save()
    url = reverse("console:grids")
    assert not system.client.get(f"{url}?on=2026-05-31").context["table"].rows
    assert system.client.get(f"{url}?on=2026-06-01").context["table"].rows
    assert system.client.get(f"{url}?on=yesterday").status_code == 400
    region = reverse("console:region", args=[city.district.code])
    holds = system.client.get(f"{region}?on=2026-05-31").context["holds"]
    assert (holds.regions, holds.grids) == (2, 0)
    features = system.client.get(
        reverse("console:region_geojson", args=[city.community.code])
    ).json()["features"]
    assert {f["properties"]["code"] for f in features} == {city.community.code, later.code}


def test_an_import_is_previewed_committed_and_gives_back_what_it_left_out(
    system: Person, city: City
) -> None:
    code = grid_code(city.community.code, 2)
    sheet = io.StringIO()
    lines = csv.writer(sheet)
    lines.writerow(["code", "name", "households", "wkt"])
    lines.writerow([code, "二网格", "300", COMMUNITY.wkt])
    lines.writerow([code, "又一个", "300", COMMUNITY.wkt])
    lines.writerow(["12", "=cmd()", "300", COMMUNITY.wkt])
    answer = choose(system, upload("grids.csv", sheet.getvalue()), "grids")
    assert answer.status_code == 302
    preview = system.client.get(answer["Location"])
    report = preview.context["report"]
    assert (report["rows"], report["new"], report["rejected"]) == (3, 1, 2)
    assert not Grid.objects.filter(code=code).exists(), "a preview writes nothing"
    left_out = system.client.get(answer["Location"] + "rejected.csv")
    rows = list(csv.reader(io.StringIO(left_out.content.decode("utf-8-sig"))))
    assert rows[0] == ["Row", "Column", "Reason", "code", "name", "households", "wkt"]
    assert [row[0] for row in rows[1:]] == ["2", "3"]
    assert rows[2][4] == "'=cmd()", "no cell is a formula"
    assert shapely.from_wkt(rows[1][6]).equals(COMMUNITY), "the row itself comes back"
    assert system.client.post(answer["Location"]).status_code == 302
    assert Grid.objects.get(code=code).households == 300
    done = words(system.client.get(answer["Location"]))
    assert "This is what was done" in done
    assert "grids.csv" in words(system.client.get(reverse(IMPORT)))
    assert "imported already" in words(system.client.post(answer["Location"], follow=True))
    (event,) = Grid.objects.get(code=code).events.all()  # type: ignore[attr-defined]  # pghistory
    assert event.pgh_context.metadata["actor"] == system.user.pk


def test_another_administrator_does_not_see_ones_upload(
    system: Person, sign_in: Any, city: City
) -> None:
    line = 'source_key,name,kind,wkt\n1,人民路,primary,"LINESTRING(120 30, 120.001 30)"\n'
    here = choose(system, upload("r.csv", line))["Location"]
    other = sign_in("territory.edit")
    assert other.client.get(here).status_code == 404
    assert other.client.post(here).status_code == 404
    assert other.client.get(here + "rejected.csv").status_code == 404
    assert not Road.objects.exists()


def test_an_upload_is_kept_for_a_day(system: Person, city: City) -> None:
    line = b'source_key,name,kind,wkt\n1,a,primary,"LINESTRING(120 30, 120.001 30)"\n'
    now = timezone.now()
    options = {"layer": "roads", "crs": "wgs84"}
    for at in (now - timedelta(hours=25), now):
        stage_file(
            actor=system.user, kind="territory", name="r.csv", data=line, options=options, now=at
        )
    assert StagedFile.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("x.xlsx", b"PK\x03\x04", "neither .csv nor .geojson"),
        ("x.csv", b"PK\x03\x04" + b"\0" * 50, "no text"),
        ("x.csv", b"", "empty"),
        ("x.csv", b"   \n ", "empty"),
        ("x.csv.gz", b"not packed", "damaged"),
        ("x.geojson", b"[" * 100_000, "GeoJSON"),
        ("x.geojson", b"{}", "FeatureCollection"),
        ("x.csv", b"\xff\xfe\x00\x01", "no text"),
        ("x.csv", b"name\n" + b'"' + b"a" * 9_000_000, "cannot be read"),
        ("x", b"name\n1\n", "neither .csv nor .geojson"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words_at_the_field(
    system: Person, name: str, data: bytes, sentence: str
) -> None:
    answer = choose(system, upload(name, data))
    assert (answer.status_code, *answer.context["form"].errors) == (422, "file")
    assert sentence in words(answer)


def test_ten_megabytes_of_text_in_a_field_are_refused(system: Person, city: City) -> None:
    edit = reverse("console:edit_region", args=[city.community.code])
    answer = system.client.post(edit, {"name": "长" * 400_000})
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors
    assert system.client.post(edit, {"name": "长" * 4_000_000}).status_code in (400, 413)


def test_a_bomb_stops_early() -> None:
    bomb = gzip.compress(b"a" * (MOST_UNPACKED_BYTES + 10))
    with pytest.raises(BadInput, match="100"):
        unpacked("x.csv.gz", bomb)


def test_topology_is_shown_per_community_and_counted(system: Person, city: City) -> None:
    make_grid(city.community, 7, shapely.box(120.0, 30.0, 120.001, 30.001))
    listed = reverse("console:topology")
    assert system.client.get(listed).context["left"] == 1
    system.client.post(reverse("console:check_all"))
    state = system.client.get(listed).context["state"]
    assert (state.communities, state.checked, state.faulty) == (1, 1, 1)
    page = system.client.get(reverse("console:topology_of", args=[city.community.code]))
    assert "Ground that belongs to two" in words(page)
    overview = system.client.get(reverse("console:overview"))
    (fault,) = [one for one in overview.context["found"] if "gaps" in one.title]
    assert fault.number == 1


def test_lists_of_the_ground_ask_a_fixed_number_of_questions(
    system: Person, city: City, django_assert_max_num_queries: Any
) -> None:
    for number in range(10, 70):
        make_grid(city.community, number, COMMUNITY)
    url = reverse("console:grids")
    first = system.client.get(url)
    assert len(first.context["table"].rows) == 50
    with django_assert_max_num_queries(10):
        system.client.get(url + first.context["table"].older)
    for name in ("regions", "topology", "imports"):
        system.client.get(reverse(f"console:{name}"))
        with django_assert_max_num_queries(12):
            system.client.get(reverse(f"console:{name}"))


def test_fields_suggest_what_fits(system: Person, city: City) -> None:
    a_class(city.edition, "E0103", "乱堆物料")
    found = system.client.get(reverse("console:find_regions") + "?region=黄浦")
    assert found.content.decode() == '<option value="310101000000 黄浦区"></option>'
    found = system.client.get(reverse("console:find_classes") + "?case_class=E0103")
    assert "乱堆物料" in found.content.decode()
    assert Region.objects.count() == 3
