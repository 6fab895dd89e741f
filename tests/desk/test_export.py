"""Long lists as files: made beside the page, complete, of what the person may see."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from linli.audit.models import AccessLog
from linli.desk.services.exporting import workbook
from linli.desk.views import exporting
from linli.errands.models import Errand
from linli.errands.rules import State
from linli.errands.services import run_errand, running
from tests.cases.city import City
from tests.conftest import NOW
from tests.desk.conftest import Seated
from tests.desk.lives import make_case
from tests.desk.test_list import exporter
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    monkeypatch.setattr(running, "TOLD_EVERY_S", 0)
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_long_list_becomes_an_errand_with_the_same_rows_and_columns(
    city: City, at_desk: Seated, kind: str
) -> None:
    for _one in range(3):
        make_case(city, "file")
    make_case(city, "")
    user = exporter(city)
    client = at_desk(user)
    client.post("/desk/cases/columns", {"column": ["number", "stage", "description"]})
    answer = client.post(f"/desk/cases/export.{kind}", {"query": "stage=filed"})
    errand = Errand.objects.get()
    assert answer.url == f"/errands/{errand.pk}/"
    assert errand.owner == user
    shown = [case.number for case in client.get("/desk/cases/?stage=filed").context["listing"].rows]
    assert len(shown) == 3

    run_errand(errand_id=errand.pk)
    errand.refresh_from_db()
    assert (errand.state, errand.total, errand.outcome) == (State.DONE, 3, "3 cases.")
    content = b"".join(client.get(f"/errands/{errand.pk}/result").streaming_content)
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python()
    assert len(rows[0]) == 3
    assert [row[0] for row in rows[1:]] == shown
    logged = AccessLog.objects.get(action="cases.exported")
    assert logged.detail["filter"] == {"stage": "filed"}


def test_looking_at_an_address_begins_no_work(city: City, at_desk: Seated) -> None:
    for _one in range(2):
        make_case(city, "file")
    answer = at_desk(exporter(city)).get("/desk/cases/export.csv")
    assert answer.status_code == 422
    assert not Errand.objects.exists()


def test_the_file_of_another_district_is_no_bigger_than_its_list(
    city: City, at_desk: Seated
) -> None:
    for _one in range(2):
        make_case(city, "file")
    errand_of = at_desk(city.districts[1].user("chief"))
    answer = errand_of.post("/desk/cases/export.csv", {"query": ""})
    assert answer.status_code in (200, 403)
    if answer.status_code == 200:
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(text)))) == 1


def test_a_full_sheet_is_followed_by_another_with_the_same_head() -> None:
    rows = [[str(number), "x"] for number in range(7)]
    with workbook(["n", "words"], iter(rows), NOW, sheet_rows=4) as file:
        book = CalamineWorkbook.from_filelike(file)
        sheets = [book.get_sheet_by_index(i).to_python() for i in range(len(book.sheet_names))]
    assert [len(sheet) for sheet in sheets] == [4, 4, 2]
    assert all(sheet[0] == ["n", "words"] for sheet in sheets)
    assert [row for sheet in sheets for row in sheet[1:]] == rows


def test_an_empty_list_is_a_sheet_with_its_head_alone() -> None:
    with workbook(["n"], iter(()), NOW) as file:
        assert CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python() == [["n"]]


def test_the_command_writes_what_an_account_sees(
    city: City, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for _one in range(2):
        make_case(city, "file")
    user = exporter(city)
    target = tmp_path / "cases.csv"
    call_command(
        "export_cases", str(target), "--as", user.username, "--filter", "stage=filed",
        "--columns", "number,stage",
    )  # fmt: skip
    rows = list(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert [len(row) for row in rows] == [2, 2, 2]
    assert "cases.csv" in capsys.readouterr().out
    assert AccessLog.objects.filter(action="cases.exported", user_id=user.pk).exists()
    for wrong in (
        [str(tmp_path / "cases.pdf"), "--as", user.username],
        [str(target), "--as", "nobody"],
        [str(target), "--as", user.username, "--columns", "phone"],
        [str(target), "--as", user.username, "--filter", "stage=lost"],
        [str(target), "--as", make_user().username],
    ):
        with pytest.raises(CommandError):
            call_command("export_cases", *wrong)
