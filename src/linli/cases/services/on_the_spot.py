"""自处理 in one go: a worker reports what they have already solved (R56)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from linli.cases import rules
from linli.cases.rules.inputs import Place
from linli.cases.services.intake import self_handle
from linli.cases.services.reporting import Filed, report
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.staff.models import User


@transaction.atomic
def report_and_handle(
    *,
    description: str,
    opinion: str,
    place: Place | None,
    case_class: str | None,
    actor: User,
    now: datetime,
    uploads: Sequence[str] = (),
    after_uploads: Sequence[str],
    submission_key: str | None = None,
    **given: Any,
) -> Filed:
    """Report and close in one transaction: either both happen or neither.

    `uploads` show it before, `after_uploads` (at least one photo) after the work; `given` is what
    `report` takes besides. The same `submission_key` again answers with the first case and doubles
    nothing. Raises what `report` and `self_handle` raise.
    """
    if given.get("urgency", rules.Urgency.NORMAL) == rules.Urgency.URGENT:
        raise BadInput(
            _("urgency: an emergency is not handled on the spot. Choose one of the two."),
            field="urgency",
        )
    filed = report(
        description=description,
        place=place,
        case_class=case_class,
        uploads=uploads,
        actor=actor,
        now=now,
        submission_key=submission_key,
        **given,
    )
    if filed.again:
        return filed
    case = self_handle(
        case_id=filed.case.pk, actor=actor, now=now, opinion=opinion, uploads=after_uploads
    )
    return filed._replace(case=case)
