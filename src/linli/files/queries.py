"""Uploads that wait, for the person they belong to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from linli.files import policy
from linli.files.models import Upload
from linli.kernel.errors import NotFound

MOST_ASKED = 12  # photos of one report


def upload_for(
    upload_id: uuid.UUID, *, owner: AbstractBaseUser | None, holder: str | None
) -> Upload:
    """One's own upload. One query. Raises NotFound, also for somebody else's."""
    found = Upload.objects.filter(policy.belongs_to(owner, holder), pk=upload_id).first()
    if found is None:
        raise NotFound(_("This file is not there any more."))
    return found


def fingerprints_of(
    upload_ids: Sequence[str], *, owner: AbstractBaseUser | None, holder: str | None
) -> tuple[int, ...]:
    """The fingerprints of one's own photos that wait, in no order; ids that are none are passed
    over. One query, none for no id."""
    wanted = []
    for text in upload_ids[:MOST_ASKED]:
        try:
            wanted.append(uuid.UUID(str(text)))
        except ValueError:
            continue
    if not wanted:
        return ()
    found = Upload.objects.filter(
        policy.belongs_to(owner, holder), pk__in=wanted, fingerprint__isnull=False
    )
    return tuple(number for number in found.values_list("fingerprint", flat=True) if number)
