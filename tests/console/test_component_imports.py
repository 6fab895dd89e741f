"""Inventories of components on pages: looked at, agreed on, checked and applied by the worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.audit.models import AccessLog
from linli.catalogue.services import seed_catalogue
from linli.components import services
from linli.components.models import Component, Import, Source
from linli.errands.models import Errand
from linli.errands.rules import State
from linli.errands.services import run_errand
from linli.files.models import LooseObject
from linli.kernel import progress
from linli.territory.rules.coordinates import gcj02_from_wgs84
from tests.components.inventories import HEADINGS, INSIDE, bring_in, code, row, write_csv
from tests.conftest import NOW
from tests.console.conftest import Person
from tests.console.test_ground_pages import words
from tests.territory.factories import Town

pytestmark = pytest.mark.django_db
AT = "/console/components/"


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder)},
        }
    }
    return folder


@pytest.fixture
def town(db: None) -> Town:
    seed_catalogue(NOW)
    return Town()


def inventory(tmp_path: Path, *rows: list[str], name: str = "lamps.csv") -> SimpleUploadedFile:
    path = write_csv(tmp_path / "upload.csv", rows)
    return SimpleUploadedFile(name, path.read_bytes())


def choose(system: Person, file: SimpleUploadedFile, source: str = "Lamps") -> Any:
    return system.client.post(AT, {"file": file, "source": source})


def agreed(**more: str) -> dict[str, str]:
    """The form as it is proposed for the inventories of these tests."""
    fields = ("code", "x", "y", "state", "address", "owner", "installed_on", "note")
    named = zip(fields, HEADINGS, strict=True)
    return {"crs": "wgs84", **{f"column_{one}": heading for one, heading in named}, **more}


def upload(system: Person, tmp_path: Path, *rows: list[str]) -> str:
    answer = choose(system, inventory(tmp_path, *rows))
    assert answer.status_code == 302, words(answer)
    return str(answer["Location"])


def run(kind: str) -> Errand:
    errand = Errand.objects.filter(kind=kind).latest("pk")
    run_errand(errand_id=errand.pk)
    errand.refresh_from_db()
    return errand


def test_a_file_is_looked_at_checked_approved_and_applied(
    system: Person, town: Town, tmp_path: Path, storage: Path
) -> None:
    here = upload(system, tmp_path, row(1), row(2, 状态="破损"), row(3, 经度="abc"))
    page = words(system.client.get(here))
    assert "would be left out" in page
    assert "The coordinates are missing" in page
    assert not Component.objects.exists()

    assert system.client.post(here, agreed()).status_code == 302
    assert "Waiting for its turn" in words(system.client.get(here))
    read = run("components.read")
    assert read.state == State.DONE, read.outcome
    assert "3 rows read, 1 of them left out" in read.outcome
    page = words(system.client.get(here))
    assert "Approve and enter it" in page
    assert not Component.objects.exists(), "looking enters nothing"

    left_out = b"".join(system.client.get(f"{here}left-out.csv").streaming_content)
    assert b"The coordinates are missing" in left_out

    system.client.post(f"{here}go-on")
    run("components.apply")
    assert Component.objects.count() == 2
    job = Import.objects.get()
    assert (job.stage, job.added, job.actor, job.approved_by) == (
        "applied", 2, system.user, system.user,
    )  # fmt: skip
    assert AccessLog.objects.filter(action="components.imported").count() == 1
    page = words(system.client.get(here))
    assert "This is what was done." in page
    assert "Approve" not in page.replace("Approved", "")
    assert "lamps.csv" in words(system.client.get(AT))
    assert job.file_key == ""
    assert LooseObject.objects.count() == 1, "the upload goes once this transaction commits"


def test_columns_can_be_changed_and_are_remembered_for_the_inventory(
    system: Person, town: Town, tmp_path: Path
) -> None:
    lon, lat = gcj02_from_wgs84(*INSIDE)
    here = upload(system, tmp_path, row(1, place=(float(lon), float(lat)), 备注="first"))
    wanted = agreed(column_note="", column_name="备注", crs="gcj02")
    looked = system.client.post(here, {**wanted, "look": "1"})
    assert looked.status_code == 200
    assert "Each can be taken as it is." in words(looked)
    assert Import.objects.get().stage == "chosen", "looking again agrees to nothing"
    system.client.post(here, wanted)
    run("components.read")
    system.client.post(f"{here}go-on")
    run("components.apply")
    assert Component.objects.get().name == "first"

    later = upload(system, tmp_path, row(2, 备注="second"))
    text = system.client.get(later).content.decode()
    chosen = text[text.index('name="column_name"') :].split("</select>")[0]
    assert '<option value="备注" selected>' in chosen
    assert Source.objects.get().crs == "gcj02"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"column_x": ""}, "which columns hold the place"),
        ({"column_code": ""}, "code of 16 digits"),
        ({"column_code": "", "column_key": "部件标识码"}, "which class these components are"),
        ({"census": "on", "region": "999999"}, "no region"),
        ({"column_x": "longitude"}, "Select a valid choice"),
    ],
)
def test_columns_that_cannot_be_are_refused_in_a_sentence(
    system: Person, town: Town, tmp_path: Path, change: dict[str, str], said: str
) -> None:
    here = upload(system, tmp_path, row(1))
    answer = system.client.post(here, agreed(**change))
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Errand.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("lamps.doc", b"x", "an inventory is one of"),
        ("lamps.xlsx", b"no sheet", "The sheet cannot be read"),
        ("lamps.csv", b"\xff\xfe\x00\x81", "neither UTF-8 nor GB 18030"),
        ("lamps.csv", "编号,经度".encode(), "no row"),
        ("lamps.gpkg", b"SQLite format 3\x00", "The GeoPackage"),
    ],
)
def test_a_file_that_is_no_inventory_is_refused_before_it_is_kept(
    system: Person, town: Town, name: str, data: bytes, said: str
) -> None:
    answer = choose(system, SimpleUploadedFile(name, data))
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Import.objects.exists()


def test_the_second_of_two_imports_has_to_wait(system: Person, town: Town, tmp_path: Path) -> None:
    first, second = upload(system, tmp_path, row(1)), upload(system, tmp_path, row(2))
    assert system.client.post(first, agreed()).status_code == 302
    refused = system.client.post(second, agreed())
    assert refused.status_code == 422
    assert "Another import is open: lamps.csv" in words(refused)
    assert "One import at a time" in words(system.client.get(AT))
    run("components.read")
    system.client.post(f"{first}drop")
    assert system.client.post(second, agreed()).status_code == 302


def test_a_census_shows_what_is_gone_before_it_is_approved(
    system: Person, town: Town, tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "before.csv", [row(1), row(2), row(3)]))
    here = upload(system, tmp_path, row(1), row(4))
    system.client.post(here, agreed(census="on"))
    run("components.read")
    page = words(system.client.get(here))
    assert code(2) in page
    assert code(3) in page
    job = Import.objects.latest("pk")
    assert (job.added, job.gone) == (1, 2)


def test_an_import_that_was_cut_off_goes_on_where_it_was(
    system: Person, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.components.services.reading.tables.SIZE", 2)
    monkeypatch.setattr(
        "linli.components.services.reading.tables.TableReader.batches",
        _small_batches(),
    )
    here = upload(system, tmp_path, *(row(n) for n in range(1, 8)))
    system.client.post(here, agreed())

    def cut(done: int, total: int | None, says: str) -> None:
        raise progress.Cancelled

    job = Import.objects.get()
    with pytest.raises(progress.Cancelled), progress.heard_by(cut):
        services.read_import(job_id=job.pk, path=tmp_path / "upload.csv", now=timezone.now())
    job.refresh_from_db()
    assert (job.stage, job.rows) == ("reading", 2)
    Errand.objects.update(state=State.CANCELLED, ended_at=timezone.now())
    assert "Go on where it was" in words(system.client.get(here))
    system.client.post(f"{here}go-on")
    errand = run("components.read")
    assert errand.state == State.DONE, errand.outcome
    run_errand(errand_id=errand.pk)
    job.refresh_from_db()
    assert (job.stage, job.rows, job.added) == ("checked", 7, 7)


def _small_batches() -> Any:
    from linli.components.services.reading.tables import TableReader

    whole = TableReader.batches
    return lambda self, position, row, *, size=2: whole(self, position, row, size=2)


def test_rows_lost_with_the_database_are_read_again(
    system: Person, town: Town, tmp_path: Path
) -> None:
    from django.db import connection

    here = upload(system, tmp_path, row(1), row(2))
    system.client.post(here, agreed())
    run("components.read")
    job = Import.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE components_stage_{job.pk}")  # an unlogged table after a fall
    system.client.post(f"{here}go-on")
    assert "lost when the database fell" in run("components.apply").outcome
    assert "Go on where it was" in words(system.client.get(here))
    system.client.post(f"{here}go-on")
    run("components.read")
    system.client.post(f"{here}go-on")
    run("components.apply")
    assert Component.objects.count() == 2


def test_an_upload_nobody_agrees_on_is_dropped_after_a_day(
    system: Person, town: Town, tmp_path: Path
) -> None:
    here = upload(system, tmp_path, row(1))
    assert services.drop_old_uploads(now=timezone.now()) == 0
    assert services.drop_old_uploads(now=timezone.now() + timedelta(days=2)) == 1
    assert system.client.get(here).status_code == 404


def test_only_who_may_import_sees_imports(worker: Person, town: Town) -> None:
    assert worker.client.get(AT).status_code == 403
    assert worker.client.get(f"{AT}1/").status_code == 403
