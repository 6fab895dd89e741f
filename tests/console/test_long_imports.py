"""Long files: looked at and imported beside the page, once, by whoever may."""

from __future__ import annotations

from typing import Any

import pytest

from linli.audit.models import AccessLog
from linli.console.models import StagedFile
from linli.console.rules import files
from linli.errands.models import Errand
from linli.errands.rules import State
from linli.errands.services import run_errand
from linli.territory.models import Road
from tests.console.conftest import City, Person
from tests.console.test_ground_pages import choose, upload, words

pytestmark = pytest.mark.django_db
LINES = "source_key,name,kind,wkt\n" + "".join(
    f'{n},路{n},{"primary" if n < 9 else "nonsense"},"LINESTRING(120 30, 120.001 30.00{n})"\n'
    for n in range(1, 10)
)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(files, "AT_ONCE_BYTES", 100)
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }


def staged(system: Person) -> str:
    answer = choose(system, upload("roads.csv", LINES), layer="roads")
    assert answer.status_code == 302, words(answer)
    return str(answer["Location"])


def test_a_long_file_is_looked_at_and_imported_by_errands(system: Person, city: City) -> None:
    here = staged(system)
    look = Errand.objects.get(kind="territory.check")
    assert look.url == here
    page = words(system.client.get(here))
    assert "Waiting for its turn" in page
    assert "Import it" not in page

    run_errand(errand_id=look.pk)
    look.refresh_from_db()
    assert (look.state, look.files.count()) == (State.DONE, 1), look.outcome
    assert "8 new" in look.outcome
    assert "Import it" in words(system.client.get(here))
    assert not Road.objects.exists(), "looking writes nothing"

    system.client.post(here)
    deed = Errand.objects.get(kind="territory.import")
    again = words(system.client.post(here, follow=True))
    assert "being worked on" in again
    run_errand(errand_id=deed.pk)
    run_errand(errand_id=deed.pk)
    assert Road.objects.count() == 8
    assert StagedFile.objects.get().committed_at is not None
    assert AccessLog.objects.filter(action="territory.imported").count() == 1
    page = words(system.client.get(here))
    assert "This is what was done." in page
    assert "imported already" in words(system.client.post(here, follow=True))


def test_what_goes_wrong_is_said_on_the_page_and_can_be_tried_again(
    system: Person, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = staged(system)
    look = Errand.objects.get()
    Errand.objects.update(state=State.RUNNING, starts=3)  # killed three times
    run_errand(errand_id=look.pk)
    look.refresh_from_db()
    assert look.outcome in words(system.client.get(here))
    system.client.post(f"/errands/{look.pk}/retry")
    run_errand(errand_id=look.pk)
    assert "Import it" in words(system.client.get(here))


def test_a_long_file_that_is_none_is_refused_before_it_waits(system: Person, city: City) -> None:
    answer = choose(system, upload("x.csv", "name\n" + '"' + "a" * 9_000_000), layer="roads")
    assert answer.status_code == 422
    assert not Errand.objects.exists()


def test_a_short_file_is_done_at_once(
    system: Person, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE_BYTES", 100_000)
    here = staged(system)
    system.client.post(here)
    assert Road.objects.count() == 8
    assert not Errand.objects.exists()


@pytest.mark.parametrize(
    ("name", "size", "long"),
    [("a.csv", 100, False), ("a.csv", 101, True), ("a.csv.gz", 40_000, True),
     ("a.XLSX", 40_000, True), ("a.xlsx", 9_000, False)],
)  # fmt: skip
def test_packed_files_count_for_what_is_in_them(name: str, size: int, long: bool) -> None:
    assert files.is_long(name, size) is long
