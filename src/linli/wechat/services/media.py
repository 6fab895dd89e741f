"""Files that people sent: fetched by a job, sniffed and cleaned like any other upload."""

from __future__ import annotations

import io
import json
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from linli.files import rules
from linli.files import services as files
from linli.kernel import outbound
from linli.kernel.errors import Refused
from linli.wechat.models import InMessage
from linli.wechat.rules.kinds import MediaState
from linli.wechat.rules.messages import FILES
from linli.wechat.services import acting, calling

MIB = 1024 * 1024
MOST_BYTES = {"photo": 20 * MIB, "audio": 4 * MIB, "video": 30 * MIB}  # WeChat's own are 10, 2, 10
GONE = frozenset({40004, 40007, 41006})  # WeChat's codes for: there is no such file


def fetch_media(*, message_id: int, now: datetime, last: bool = False) -> None:
    """Fetch the file of a message; where its report was sent already, it joins that.

    Safe to run twice. Raises OSError where nobody answers and ApiFault where WeChat refuses for
    now, to be tried again, unless this was the `last` time; what cannot be used is noted with its
    reason.
    """
    row = (
        InMessage.objects.select_related("account", "fan")
        .filter(pk=message_id, media_state=MediaState.WAITING)
        .first()
    )
    if row is None:
        return
    with translation.override(row.account.language):
        try:
            upload = _fetched(row, now)
        except (outbound.NotAllowed, outbound.TooLarge, Refused) as reason:
            _refuse(row, reason)
        except (OSError, calling.ApiFault) as reason:
            if not last and getattr(reason, "code", 0) not in GONE:
                raise
            _refuse(row, reason)
        else:
            _keep(row, upload, now)


def _fetched(row: InMessage, now: datetime) -> str:
    """The id of an upload with the file. Raises OSError, ApiFault, NotAccepted."""
    content, kind = json.loads(row.sealed_content), FILES[row.kind]
    body = io.BytesIO(
        calling.media(row.account, content["media_id"], most_bytes=MOST_BYTES[kind], now=now)
    )
    mime = rules.sniff(body)
    if rules.TYPES[mime][0] != kind:
        raise rules.NotAccepted(
            _("The file is no %(kind)s but %(mime)s.") % {"kind": kind, "mime": mime},
            field="media_id",
        )
    body.seek(0)
    kept = files.store(content=body, name=kind, owner=None, holder=row.fan.holder, now=now)
    return str(kept.pk)


def _keep(row: InMessage, upload: str, now: datetime) -> None:
    """Note the file; with the report if that was sent meanwhile. A refusal of the case is noted."""
    try:
        with transaction.atomic():
            row = (
                InMessage.objects.select_for_update(of=("self",))
                .select_related("account", "fan")
                .get(pk=row.pk)
            )
            row.upload, row.media_state = upload, MediaState.KEPT
            if row.case_id is not None:
                acting.add_file(row, now=now)
            row.save(update_fields=["upload", "media_state"])
    except Refused as reason:
        _refuse(row, reason)


def _refuse(row: InMessage, reason: Exception) -> None:
    row.media_state, row.said, row.upload = MediaState.REFUSED, str(reason)[:300], ""
    row.save(update_fields=["media_state", "said", "upload"])
