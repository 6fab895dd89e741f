"""A worker's picture on the public board of their grids: theirs to show and to take back (R39)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.files import services as files
from linli.kernel.errors import BadInput
from linli.staff.models import Portrait, User


@transaction.atomic
def show_portrait(
    *, actor: User, upload_id: uuid.UUID | str, agreed: bool, now: datetime
) -> Portrait:
    """Put one's own picture on the boards of one's grids, instead of the one before.

    Only its small copy is kept. Raises BadInput without agreement or for what is no photo, NotFound
    for somebody else's upload.
    """
    if not agreed:
        raise BadInput(
            _("agreed: please tick that the board may show your picture. It is your choice."),
            field="agreed",
        )
    (file,) = files.claim(upload_ids=[upload_id], owner=actor, holder=None, now=now)
    if file.kind != "photo" or not file.thumb_key:
        raise BadInput(_("files: please choose a photo of yourself."), field="files")
    former = Portrait.objects.filter(user=actor).first()
    unused = [file.key, file.sealed_key, former.key if former is not None else ""]
    files.discard_objects(keys=unused, now=now)
    shown, _made = Portrait.objects.update_or_create(
        user=actor, defaults={"key": file.thumb_key, "agreed_at": now}
    )
    record(
        actor=actor, action="staff.portrait_shown", object_type="user", object_id=actor.pk, now=now
    )
    return shown


@transaction.atomic
def take_portrait_back(*, actor: User, now: datetime) -> None:
    """Remove one's picture, everywhere and for good; nothing if there is none."""
    former = Portrait.objects.select_for_update().filter(user=actor).first()
    if former is None:
        return
    files.discard_objects(keys=[former.key], now=now)
    former.delete()
    record(
        actor=actor, action="staff.portrait_taken_back", object_type="user", object_id=actor.pk,
        now=now,
    )  # fmt: skip
