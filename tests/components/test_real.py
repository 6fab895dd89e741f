"""Real inventories, where they are: LINLI_SHARED_DATA names the folder they lie in."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
import shapely
from django.core.management import call_command

from linli.catalogue.services import seed_catalogue
from linli.components import services
from linli.components.models import Component
from tests.components.inventories import bring_in, faults, row, write_csv
from tests.conftest import NOW
from tests.territory.factories import Town, make_region

FOLDER = Path(
    os.environ.get("LINLI_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
LAMPS = FOLDER / "components" / "hwaseong_streetlights.csv.gz"
HELSINKI = FOLDER / "components" / "helsinki_osm_components.csv"


@pytest.fixture
def ground(db: None) -> None:
    """A district with a community where the lamps stand."""
    seed_catalogue(NOW)
    box = shapely.box(126.5, 36.9, 127.3, 37.4)
    city = make_region("370200000000", "city", None, box)
    district = make_region("370202000000", "district", city, box)
    street = make_region("370202001000", "street", district, box)
    make_region("370202001001", "community", street, box)


@pytest.mark.skipif(not LAMPS.exists(), reason="the inventory is not here")
def test_a_real_inventory_comes_in_and_is_known_again(ground: None) -> None:
    job = bring_in(LAMPS, class_code="C0101")
    assert job.rows == job.added + job.rejected > 15_000
    assert job.added > 0.99 * job.rows
    assert all(field in ("code", "place") for field, _why in faults(job).values())
    assert Component.objects.count() == job.added
    again = services.begin_import(path=LAMPS, source="census", now=NOW, actor=None,
                                  class_code="C0101")  # fmt: skip
    again = services.read_import(job_id=again.pk, path=LAMPS, now=NOW)
    assert (again.added, again.same) == (0, job.added)


@pytest.mark.skipif(not HELSINKI.exists(), reason="the inventory is not here")
def test_what_lies_elsewhere_lands_in_the_error_file_row_by_row(ground: None) -> None:
    job = bring_in(HELSINKI, class_code="C0101")
    assert (job.added, job.rejected) == (0, job.rows)
    assert {field for field, _why in faults(job).values()} == {"place"}


def test_what_is_exported_and_imported_again_changes_nothing(town: Town, tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "a.csv", [
        row(1, 位置="解放路1号", 权属单位="某公司", 状态="破损", 初始日期="2020-03-01", 备注="x"),
        row(2),
    ]))  # fmt: skip
    out = tmp_path / "out.csv"
    call_command("export_components", str(out), stdout=StringIO())
    job = bring_in(out, source="again")
    assert (job.rows, job.rejected, job.same) == (2, 0, 2), faults(job)
