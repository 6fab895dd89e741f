"""What is written out is read back as the same: in every format, whoever asks."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from linli.components import queries, services
from linli.components.models import Component, Import
from linli.components.rules.filters import ComponentFilter
from linli.components.services import exporting
from linli.kernel.cells import guarded, unguarded, unmistakable
from linli.kernel.errors import BadInput
from linli.staff.models import Unit, User
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
from tests.factories import make_post, make_unit, make_user
from tests.territory.factories import Town

KINDS = sorted(services.TYPES)
LINE = "LINESTRING (111.285 30.705, 111.2861234567 30.7052)"
AREA = "POLYGON ((111.2851 30.7051, 111.2853 30.7051, 111.2852 30.7053, 111.2851 30.7051))"


@pytest.fixture
def register(town: Town, lamps: Unit, tmp_path: Path) -> Town:
    """Components with everything that can go wrong on the way out and in again."""
    make_unit("utility", region=town.right, name="别区单位", code="ELSE")
    headings = (*HEADINGS, "完好程度", "WKT", "部件名称")
    given: list[tuple[list[str], tuple[str, str, str]]] = [
        (row(1, 状态="破损", 位置="解放路1号", 权属单位="路灯所", 初始日期="2020-03-01"),
         ("差", "", "")),
        (row(2, 权属单位="无名公司", 备注='quoted "note", with commas; 中文'), ("", "", "")),
        (row(3, 备注="=1+1", 位置="-3 号门"), ("", "", "+x")),
        (row(4, 备注="'=1+1"), ("", "", "'plain'")),
        (row(5, place=RIGHT, 状态="已拆除", 权属单位="ELSE"), ("好", "", "")),
        (row(6), ("", LINE, "")),
        (row(7), ("", AREA, "back\\slash")),
        (row(8, place=(111.28712345678, 30.70512345678)), ("", "", "")),
    ]  # fmt: skip
    rows = [[*cells, *more] for cells, more in given]
    job = bring_in(write_csv(tmp_path / "a.csv", rows, headings))
    assert job.added == len(given), faults(job)
    Component.objects.filter(code=int(code(3))).update(note="=1+1")
    Component.objects.filter(code=int(code(4))).update(note="'=1+1")
    return town


def everything() -> list[queries.Cut]:
    return services.everything(ComponentFilter())


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_an_export_comes_back_the_same(
    register: Town, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / f"out.{kind}"
    assert services.write_register(everything(), out, kind) == 8
    job = bring_in(out, apply=False, source="again")
    assert (job.rows, job.rejected, job.same) == (8, 0, 8), faults(job)
    services.drop_import(job_id=job.pk, actor=None, now=NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_into_an_empty_register_brings_everything_back(
    register: Town, tmp_path: Path, kind: str
) -> None:
    fields = ("code", "name", "state", "condition", "installed_on", "care_id", "note", "cell_id")
    before = list(Component.objects.order_by("code").values_list(*fields, "wording__text", "shape"))
    out = tmp_path / f"out.{kind}"
    services.write_register(everything(), out, kind)
    Component.objects.all().delete()
    Import.objects.all().delete()
    assert bring_in(out, source="again").added == 8
    after = Component.objects.order_by("code").values_list(*fields, "wording__text", "shape")
    assert list(after) == before


def test_a_unit_that_works_no_more_or_elsewhere_is_known_by_its_code(
    register: Town, tmp_path: Path
) -> None:
    Unit.objects.filter(name="路灯管理所").update(is_active=False)
    out = tmp_path / "out.csv"
    services.write_register(everything(), out, "csv")
    job = bring_in(out, apply=False, source="again")
    assert (job.changed, job.same) == (0, 8)


def test_an_export_holds_what_the_person_may_see_of_the_filter(
    register: Town, tmp_path: Path
) -> None:
    post = make_post("components.see", region=register.right)
    user = User.objects.get(pk=post.user_id)
    for wanted, codes in (
        (ComponentFilter(), [code(5)]),
        (ComponentFilter.parse({"state": "damaged"}), []),
    ):
        count, content = services.export_for(user, wanted, "csv", NOW)
        with content:
            lines = list(csv.reader(StringIO(content.read().decode("utf-8-sig"))))
        assert [line[0] for line in lines[1:]] == codes
        assert count == len(codes)
    count, content = services.export_for(make_user(), ComponentFilter(), "gpkg", NOW)
    content.close()
    assert count == 0


def test_the_command_writes_what_the_file_is_named(register: Town, tmp_path: Path) -> None:
    for kind in KINDS:
        out = tmp_path / f"all.{kind}"
        said = StringIO()
        call_command("export_components", str(out), "--state", "damaged", stdout=said)
        assert said.getvalue().startswith("1 components")
        assert bring_in(out, source=kind).same == 1
    with pytest.raises(CommandError, match="ends in one of"):
        call_command("export_components", str(tmp_path / "all.doc"))
    with pytest.raises(CommandError, match="class is a code"):
        call_command("export_components", str(tmp_path / "all.csv"), "--class", "lamp")


def test_more_than_a_sheet_holds_is_refused(
    register: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "SHEET_ROWS", 7)
    with pytest.raises(BadInput, match="Choose CSV"):
        services.write_register(everything(), tmp_path / "a.xlsx", "xlsx")
    one = services.everything(ComponentFilter.parse({"grid": "420503001001Z001"}))
    assert services.write_register(one, tmp_path / "b.xlsx", "xlsx") == 7


def test_lots_follow_each_other_without_gap_or_repeat(
    register: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_AT_ONCE", 3)
    for kind in KINDS:
        out = tmp_path / f"lots.{kind}"
        assert services.write_register(everything(), out, kind) == 8
        assert bring_in(out, source=kind).same == 8


@pytest.mark.parametrize("text", ["", "x", "=1", "'=1", "''=1", "'x", "+", "-3 号", "@a", "'"])
def test_guarded_words_come_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert unguarded(unmistakable(text)) == text
    assert guarded(text)[:1] not in ("=", "+", "-", "@")


def test_the_place_of_a_row_without_outline_is_its_coordinates(town: Town, tmp_path: Path) -> None:
    headings = (*HEADINGS, "WKT")
    rows = [[*row(1), ""], [*row(2, 经度="x"), ""], [*row(3), LINE], [*row(4), "LINE"]]
    job = bring_in(write_csv(tmp_path / "a.csv", rows, headings))
    assert {number: why[0] for number, why in faults(job).items()} == {2: "place", 4: "geometry"}
    place = Component.objects.get(code=int(code(1))).place
    assert (place.x, place.y) == INSIDE
