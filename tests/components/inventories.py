"""Inventories to import in tests."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from linli.components import services
from linli.components.models import Import
from tests.conftest import NOW

HEADINGS = ("部件标识码", "经度", "纬度", "状态", "位置", "权属单位", "初始日期", "备注")
INSIDE = (111.285, 30.705)  # in the left community, which has cells
RIGHT = (111.302, 30.707)  # in the right one, which has none
DISTRICT = "420503"


def code(number: int, kind: str = "0101") -> str:
    return f"{DISTRICT}{kind}{number:06d}"


def row(number: int, *, place: tuple[float, float] = INSIDE, **more: str) -> list[str]:
    """A sound row; `more` by heading."""
    values = {"部件标识码": code(number), "经度": str(place[0]), "纬度": str(place[1]), **more}
    return [values.get(name, "") for name in HEADINGS]


def write_csv(
    path: Path, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS
) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
    return path


def bring_in(path: Path, *, apply: bool = True, source: str = "census", **options: Any) -> Import:
    """The whole import of a file, as the command does it."""
    job = services.begin_import(path=path, source=source, now=NOW, actor=None, **options)
    job = services.read_import(job_id=job.pk, path=path, now=NOW)
    if apply:
        job = services.apply_import(job_id=job.pk, actor=None, now=NOW)
    return job


def faults(job: Import) -> dict[int, tuple[str, str]]:
    """Row to field and sentence."""
    return {row: (field, why) for row, _key, field, why in services.first_faults(job, 100)}
