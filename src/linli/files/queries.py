"""Uploads that wait, for the person they belong to."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from linli.files import policy
from linli.files.models import Upload
from linli.kernel.errors import NotFound


def upload_for(
    upload_id: uuid.UUID, *, owner: AbstractBaseUser | None, holder: str | None
) -> Upload:
    """One's own upload. One query. Raises NotFound, also for somebody else's."""
    found = Upload.objects.filter(policy.belongs_to(owner, holder), pk=upload_id).first()
    if found is None:
        raise NotFound(_("This file is not there any more."))
    return found
