"""Files that somebody points to: fetched by a job, never while a person waits."""

from __future__ import annotations

import io
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from linli.files import rules
from linli.files.models import Upload
from linli.files.services.uploading import store
from linli.kernel import outbound

TIMEOUT_S = 30
REDIRECTS = 3
_LATER = frozenset({408, 425, 429})


def fetch(
    *,
    url: str,
    name: str,
    field: str,
    owner: AbstractBaseUser | None,
    holder: str | None,
    now: datetime,
    photo: bool = False,
) -> Upload:
    """Keep what lies at `url`: a public address of http(s), nothing else, at most a photo's size,
    sniffed and cleaned like any other; with `photo` nothing but a photo. Outside a transaction.

    Raises outbound.NotAllowed, Unreachable (worth another try), TooLarge; NotAccepted naming
    `field` for what is no such file; whatever `store` raises.
    """
    answer = outbound.fetch(
        "GET",
        url,
        headers={"Accept": "image/*"} if photo else None,
        timeout_s=TIMEOUT_S,
        most_bytes=rules.MOST_BYTES[rules.Kind.PHOTO],
        redirects=REDIRECTS,
    )
    if answer.status in _LATER or answer.status >= 500:
        raise outbound.Unreachable(_("The server answered %(status)d.") % {"status": answer.status})
    if answer.status != 200:
        raise rules.NotAccepted(
            _("The server answered %(status)d instead of a file.") % {"status": answer.status},
            field=field,
        )
    content = io.BytesIO(answer.body)
    if photo and rules.TYPES[mime := rules.sniff(content)][0] != rules.Kind.PHOTO:
        raise rules.NotAccepted(
            _("%(field)s does not lead to a photo but to %(mime)s.")
            % {"field": field, "mime": mime},
            field=field,
        )
    content.seek(0)
    return store(content=content, name=name, owner=owner, holder=holder, now=now)
