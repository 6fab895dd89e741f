"""The lines, their kinds, and whether they are staffed now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.catalogue.queries.words import limit_text
from linli.hotline import policy
from linli.hotline.models import Line, LineKind
from linli.hotline.rules import line_is_open
from linli.kernel.errors import BadInput, NotFound

if TYPE_CHECKING:
    from linli.staff.models import User

TAKES = (policy.GRANT_TAKE,)
MANAGES = (policy.GRANT_MANAGE,)


def lines_for(
    user: User, grants: Iterable[str] = TAKES, *, active: bool | None = True
) -> QuerySet[Line]:
    """The lines of the person's centres and those below, by number. One query."""
    rows = Line.objects.filter(policy.lines_of(user, *grants)).select_related("unit")
    if active is not None:
        rows = rows.filter(active=active)
    return rows.order_by("number", "unit_id")


def line_for(user: User, line_id: int, grants: Iterable[str] = TAKES) -> Line:
    """One of them, retired ones too. One query. Raises NotFound."""
    found = lines_for(user, grants, active=None).filter(pk=line_id).first()
    if found is None:
        raise NotFound(_("There is no such line, or it is another centre's."), field="line")
    return found


def kinds_of(line: Line, *, active: bool | None = True) -> list[LineKind]:
    """The kinds of call of a line, in its order. One query."""
    rows = line.kinds.order_by("position", "pk")
    return list(rows if active is None else rows.filter(active=active))


def limits_of(line: Line) -> list[tuple[LineKind, str]]:
    """The kinds with their limits in words. No query where the kinds were fetched."""
    found = sorted(line.kinds.all(), key=lambda kind: (kind.position, kind.pk))
    return [(kind, limit_text(kind.limit)) for kind in found]


def kind_of(line_id: int, code: str) -> LineKind:
    """One kind that the line takes. One query. Raises BadInput."""
    found = LineKind.objects.filter(line_id=line_id, code=code, active=True).first()
    if found is None:
        raise BadInput(_("Choose what kind of call it is."), field="kind")
    return found


def is_open(line: Line, *, now: datetime) -> bool:
    """Whether the line is staffed at `now`."""
    return line_is_open(line.weekdays, line.opens_at, line.closes_at, timezone.localtime(now))
