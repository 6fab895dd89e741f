"""The catalogue as a spreadsheet: every row checked, nothing doubled, nothing invented."""

import csv
import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from linli.catalogue import queries, services
from linli.catalogue.models import CaseClass, Edition, FilingCondition, Responsibility
from linli.catalogue.services.sheets.reading import UnreadableSheet
from linli.kernel.errors import NotYours
from tests.catalogue.factories import (
    NOW,
    TODAY,
    a_region,
    a_unit,
    an_administrator,
    an_edition,
    limit,
)

pytestmark = pytest.mark.django_db

SHARED = Path(
    os.environ.get("LINLI_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
STANDARDS = SHARED / "standards"
HEADER = "大类代码,大类名称,小类代码,小类名称,处置(责任)单位,主管部门,立案条件,结案条件,处置时限"


def a_csv(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines]).encode()


def read(
    data: bytes, edition: Edition, *, kind: str | None = "event", region_id: int | None = None
):  # type: ignore[no-untyped-def]
    return services.import_sheet(
        data=data,
        name="sheet.csv",
        edition=edition,
        kind=kind,
        region_id=region_id,
        actor=None,
        now=NOW,
    )


def test_blank_cells_inherit_from_above() -> None:
    report = read(
        a_csv(
            "01,市容环境,01,私搭乱建,城管局,住建局,正在搭建,停工,4工作时",
            ",,,,,,已经建成,处罚,7工作日",
            ",,,,,,需要拆除,,",
            ",,02,暴露垃圾,,,成堆,清理,4小时",
        ),
        an_edition(),
    )
    assert report.bad == ()
    assert (report.new_classes, report.new_conditions) == (2, 4)
    first, second, third, fourth = FilingCondition.objects.order_by("case_class__code", "number")
    assert (second.case_class.code, second.number, second.limit_a) == ("E0101", 2, 7)
    assert (third.closing_text, third.unit_b) == ("处罚", "work_day")  # merged downwards
    assert fourth.case_class.unlinked_units == "城管局"
    assert first.case_class.major_name == "市容环境"


def test_three_columns_of_limits_are_read_by_grade() -> None:
    read(
        a_csv(
            "1,市容环境,2,暴露垃圾,成堆,清理,2工作时,4工作时,1工作日,1紧急工作时",
            header="大类代码,大类名称,小类代码,小类名称,立案条件,结案条件,A类(核心区),"
            "处置时限B类(一般区),C类,紧急时限",
        ),
        an_edition(),
    )
    condition = FilingCondition.objects.get()
    assert queries.handling_limit(condition, "A", "normal", TODAY) == limit("2 work_hour")
    assert queries.handling_limit(condition, "B", "normal", TODAY) == limit("4 work_hour")
    assert queries.handling_limit(condition, "C", "normal", TODAY) == limit("1 work_day")
    assert queries.handling_limit(condition, "C", "urgent", TODAY) == limit("1 urgent_hour")


def test_good_rows_are_kept_and_bad_ones_named_with_column_and_remedy() -> None:
    report = read(
        a_csv(
            "01,市容环境,02,暴露垃圾,,,成堆,清理,4小时",
            "01,市容环境,,,,,成堆二,,,",
            "01,市容环境,03,渣土,,,堆放,清理,尽快",
            "01,市容环境,xx,道路不洁,,,脏,净,2工作时",
            "01,市容环境,02,暴露垃圾,,,成堆,清理,4小时",
            "01,市容环境,05,水域不洁,,,漂浮物,,3工作日",
            "01,市容环境,06,绿地,,,脏乱,清理,99999工作日",
            f"01,市容环境,07,{'长' * 61},,,脏乱,清理,1工作日",
        ),
        an_edition(),
    )
    assert report.good == 2
    assert [(row.line.number, row.column) for row in report.bad] == [
        (4, "处置时限"),
        (5, "小类代码"),
        (6, "立案条件"),
        (7, "结案条件"),
        (8, "A类"),
        (9, "小类名称"),
    ]
    assert report.total == 8
    table = list(csv.reader(io.StringIO(services.error_file(report.bad).decode("utf-8-sig"))))
    assert len(table) == 7
    assert table[1][1:3] == ["4", "处置时限"]
    assert "尽快" in table[1][3]
    assert "2" in report.bad[2].reason  # where the first one stands


def test_the_same_file_twice_changes_nothing() -> None:
    edition = an_edition()
    data = a_csv("01,市容环境,02,暴露垃圾,甲,乙,成堆,清理,4小时")
    read(data, edition)
    again = read(data, edition)
    assert (again.new_classes, again.changed_classes) == (0, 0)
    assert (again.new_conditions, again.changed_conditions) == (0, 0)
    changed = read(a_csv("01,市容环境,02,暴露垃圾,甲,乙,成堆,清理,2小时"), edition)
    assert (changed.new_conditions, changed.changed_conditions) == (0, 1)
    assert len(queries.history_of(FilingCondition.objects.get())) == 2


def test_a_preview_says_the_same_and_keeps_nothing() -> None:
    edition = an_edition()
    data = a_csv("01,市容环境,02,暴露垃圾,甲,乙,成堆,清理,4小时")
    preview = services.preview_sheet(
        data=data, name="x.csv", edition=edition, kind="event", actor=None, now=NOW
    )
    assert not CaseClass.objects.exists()
    assert preview == read(data, edition)


def test_units_are_linked_where_they_exist_and_listed_where_not() -> None:
    region, edition = a_region(), an_edition()
    lead, helper, department = a_unit("环卫中心"), a_unit("清运公司"), a_unit("城管局")
    data = a_csv("01,市容环境,02,暴露垃圾,环卫中心、清运公司、各产权单位,城管局,成堆,清理,4小时")
    report = read(data, edition, region_id=region.pk)
    assert report.linked_units == 3
    assert report.unknown_units == (("各产权单位", 1),)
    roles = dict(Responsibility.objects.values_list("unit_id", "role"))
    assert roles == {lead.pk: "lead", helper.pk: "co", department.pk: "supervise"}
    assert CaseClass.objects.get().unlinked_units == "各产权单位"
    assert read(data, edition, region_id=region.pk).linked_units == 0
    # Another lead in a newer sheet does not push the present one out.
    a_unit("新单位")
    newer = data.replace("环卫中心、清运公司、".encode(), "新单位、".encode())
    report = read(newer, edition, region_id=region.pk)
    assert len(report.notes) == 1
    assert "新单位" in report.notes[0]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_is_exported_is_read_back_without_a_change(form: str) -> None:
    edition, region = an_edition(), a_region()
    a_unit("环卫中心")
    read(
        a_csv(
            "01,市容环境,02,=cmd|calc,环卫中心、路人甲,,+成堆,@清理,1紧急工作时制止",
            ",,,,,,-散落,清理,2.5工作日",
        ),
        edition,
        region_id=region.pk,
    )
    data = services.export_sheet(edition=edition, on=TODAY, form=form, region_id=region.pk)
    if form == "csv":
        assert "'=cmd|calc" in data.decode("utf-8-sig")
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            assert b"<f>" not in book.read("xl/worksheets/sheet2.xml")
    again = read(data, edition, kind=None, region_id=region.pk)
    assert (again.good, again.bad) == (2, ())
    assert (again.changed_classes, again.changed_conditions, again.new_conditions) == (0, 0, 0)
    assert CaseClass.objects.get().name == "=cmd|calc"


def test_two_sheets_of_a_workbook_are_components_and_events() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, code in (("部件", 1.0), ("事件表", "0102")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["运城市标准"])  # a title above the header
            sheet.write_row(1, 0, HEADER.split(","))
            sheet.write_row(2, 0, ["01", "大类", code, "小类", "", "", "立", "结", "2天"])
    report = read(out.getvalue(), an_edition(), kind=None)
    assert report.bad == ()
    assert sorted(CaseClass.objects.values_list("code", flat=True)) == ["C0101", "E0102"]


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (201 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\xff\xff",
        b"PK\x03\x04 not a workbook",
        b"no,header\n1,2\n",
        b'a,"b\n',
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\xff\xff",
    ],
)
def test_a_file_that_is_no_sheet_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(UnreadableSheet) as refusal:
        read(data, an_edition())
    assert refusal.value.field == "file"


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    with pytest.raises(UnreadableSheet, match="200 MB"):
        read(_bomb(), an_edition())


def test_an_import_needs_the_grant() -> None:
    with pytest.raises(NotYours):
        services.import_sheet(
            data=a_csv("01,市容环境,02,暴露垃圾,,,成堆,清理,4小时"),
            name="x.csv",
            edition=an_edition(),
            kind="event",
            actor=an_administrator(),
            now=NOW,
        )


def test_a_sheet_written_in_gb18030_is_read() -> None:
    data = a_csv("01,市容环境,02,暴露垃圾,,,成堆,清理,4小时").decode().encode("gb18030")
    assert read(data, an_edition()).good == 1


needs_standards = pytest.mark.skipif(
    not STANDARDS.is_dir(), reason=f"no {STANDARDS}: set LINLI_SHARED_DATA to the shared data"
)


@needs_standards
def test_the_real_sheet_of_a_city_goes_in_whole() -> None:
    """519 conditions of Yuncheng: 92 component and 98 event classes."""
    edition = an_edition()
    data = (STANDARDS / "yuncheng_case_standards.csv").read_bytes()
    report = read(data, edition, kind=None)
    assert report.bad == ()
    assert (report.new_classes, report.new_conditions) == (190, 519)
    kinds = list(CaseClass.objects.values_list("kind", flat=True))
    assert (kinds.count("component"), kinds.count("event")) == (92, 98)
    units = FilingCondition.objects.values_list("unit_b", flat=True)
    assert set(units) == {"work_day", "work_hour", "urgent_hour", "calendar_day"}
    assert read(data, edition, kind=None).changed_conditions == 0


@needs_standards
def test_plain_hours_and_days_of_the_real_sheets_mean_working_time() -> None:
    """The detailed edition of the same rules spells the units out; both must come to the same."""
    edition = an_edition()
    read((STANDARDS / "yuncheng_case_standards.csv").read_bytes(), edition, kind=None)
    with gzip.open(STANDARDS / "yuncheng_component_standards_full.csv.gz") as file:
        report = read(file.read(), edition, kind=None)
    assert report.bad == ()
    assert report.good == 279
    assert report.changed_conditions <= 4  # three misprints and one remark in the source


def test_the_commands_import_preview_and_export(tmp_path: Path) -> None:
    sheet = tmp_path / "事件.csv"
    sheet.write_bytes(
        a_csv("01,市容环境,02,暴露垃圾,甲,,成堆,清理,4小时", "01,市容环境,03,渣土,,,堆放,清理,尽快")
    )
    errors, out = tmp_path / "errors.csv", io.StringIO()
    call_command("import_catalogue", str(sheet), edition="city", preview=True, stdout=out)
    assert not Edition.objects.exists()
    call_command("import_catalogue", str(sheet), edition="city", errors=errors, stdout=out)
    assert "1 good, 1 left out" in out.getvalue()
    assert "甲" in out.getvalue()
    assert "尽快" in errors.read_text("utf-8-sig")
    call_command("export_catalogue", str(tmp_path / "out.xlsx"), stdout=out)
    assert (tmp_path / "out.xlsx").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("command", "file", "options", "message"),
    [
        ("import_catalogue", "missing.csv", {"edition": "x"}, "No such file"),
        ("import_catalogue", "s.csv", {"edition": "x", "region": "1"}, "no such region"),
        ("import_catalogue", "s.csv", {"edition": "x", "valid_from": "1 May"}, "YYYY-MM-DD"),
        ("export_catalogue", "out.doc", {}, "xlsx or .csv"),
        ("export_catalogue", "out.csv", {"edition": "none"}, "no such edition"),
    ],
)
def test_the_commands_say_what_is_wrong(
    command: str, file: str, options: dict[str, str], message: str, tmp_path: Path
) -> None:
    (tmp_path / "s.csv").write_bytes(a_csv("01,市容环境,02,暴露垃圾,,,成堆,清理,4小时"))
    with pytest.raises(CommandError, match=message):
        call_command(command, str(tmp_path / file), **options)
