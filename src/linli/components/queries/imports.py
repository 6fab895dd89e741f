"""Imports of inventories, for those who may import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.components import policy
from linli.components.models import Import, ImportFault, Source
from linli.kernel.errors import NotFound
from linli.kernel.web import Page, page_after
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User


@dataclass(frozen=True)
class Steps:
    """What may be done with an import now: the page's buttons."""

    agree: bool  # say what its columns are
    go_on: bool  # read on, or apply on, where it was cut off
    approve: bool
    drop: bool


def imports_for(user: User, *, cursor: str | None = None, size: int = 20) -> Page:
    """Imports, newest first, whoever began them. One query. Raises NotYours."""
    return page_after(_imports(user), keys=("id",), cursor=cursor, size=size)


def import_for(user: User, job_id: int) -> Import:
    """One import. One query. Raises NotYours, NotFound."""
    found = _imports(user).filter(pk=job_id).first()
    if found is None:
        raise NotFound(_("There is no such import, or its upload was dropped after a day."))
    return found


def open_import(user: User) -> Import | None:
    """The one that others have to wait for. One query. Raises NotYours."""
    stages = Import.Stage
    rows = _imports(user).filter(stage__in=(stages.READING, stages.CHECKED, stages.APPLYING))
    return rows.first()


def steps_of(job: Import) -> Steps:
    """What is open to it now; nothing while the worker is at it."""
    busy = job.errand is not None and job.errand.is_open
    stages = Import.Stage
    return Steps(
        agree=job.stage == stages.CHOSEN,
        go_on=not busy
        and (job.stage == stages.APPLYING or (job.stage == stages.READING and bool(job.file_key))),
        approve=not busy and job.stage == stages.CHECKED,
        drop=not busy and job.stage in (stages.CHOSEN, stages.READING, stages.CHECKED),
    )


def faults_of(job: Import, *, most: int) -> QuerySet[ImportFault]:
    """The first rows that were left out. One query."""
    return ImportFault.objects.filter(job=job).order_by("row")[:most]


def source_names() -> list[str]:
    """The inventories known by name. One query."""
    return list(Source.objects.order_by("name").values_list("name", flat=True))


def _imports(user: User) -> QuerySet[Import]:
    staff.require(user, policy.GRANT_IMPORT)
    return Import.objects.select_related(
        "source", "region", "actor", "approved_by", "errand__owner"
    ).order_by("-pk")
