"""Uploads that wait for their commit, and those that were committed."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.console.models import StagedFile
from linli.kernel.errors import NotFound
from linli.staff.models import User


def staged_for(user: User, kind: str, token: str) -> StagedFile:
    """One's own upload. One query. Raises NotFound (a foreign one looks absent)."""
    rows = StagedFile.objects.select_related("errand__owner")
    found = rows.filter(token=token, kind=kind, owner=user).first()
    if found is None:
        raise NotFound(_("This upload is no longer there. Choose the file again."))
    return found


def imports(kind: str, *, size: int = 20) -> QuerySet[StagedFile]:
    """The latest committed uploads with who did them, without their data. One query."""
    rows = StagedFile.objects.filter(kind=kind, committed_at__isnull=False)
    return rows.select_related("owner").defer("data", "rejected").order_by("-committed_at")[:size]
