"""A template of an office: taken in as a new version, or taken out of use."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.bulletins import policy
from linli.bulletins.models import Template
from linli.bulletins.queries.bulletins import template_by_id
from linli.bulletins.rules.fields import VOCABULARIES
from linli.bulletins.rules.states import Kind
from linli.files import services as files
from linli.kernel.errors import BadInput
from linli.kernel.text import clean
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User


def add_template(
    *, actor: User, kind: str, name: str, content: bytes, note: str = "", now: datetime
) -> Template:
    """Take a Word file in as the next version; from now on it is used.

    It is checked, and filled once with nothing, so that one which cannot serve is refused here.
    Raises NotYours, BadInput, BadTemplate, StorageDown.
    """
    from linli.bulletins.rules.docx.filling import Filling, check, fill

    staff.require(actor, policy.TEMPLATES)
    if kind not in set(Kind):
        raise BadInput(_("kind: choose the monthly bulletin or the special report."), field="kind")
    words = VOCABULARIES[Kind(kind)]
    names = check(content, words)
    fill(content, words, Filling({}, {}))
    (key,) = files.reserve(1, now=now)
    with transaction.atomic():
        with connection.cursor() as cursor:  # one at a time: versions follow one another
            cursor.execute("LOCK TABLE bulletins_template IN SHARE ROW EXCLUSIVE MODE")
        last = Template.objects.filter(kind=kind).aggregate(last=Max("version"))["last"] or 0
        made = Template.objects.create(
            kind=kind, version=last + 1, name=clean(name, field="name", most=120, least=1),
            note=clean(note, field="note", most=300), key=key, names=names,
            size_bytes=files.keep(key, io.BytesIO(content)), made_by=actor, made_at=now,
        )  # fmt: skip
        _record(made, "bulletins.template_added", actor, now)
    return made


@transaction.atomic
def retire_template(*, actor: User, template_id: int, now: datetime) -> Template:
    """Use it no more: the version before it is used again, or the first one. Raises NotYours."""
    staff.require(actor, policy.TEMPLATES)
    found = template_by_id(template_id)
    if not found.retired:
        found.retired = True
        found.save(update_fields=["retired"])
        _record(found, "bulletins.template_retired", actor, now)
    return found


def _record(template: Template, action: str, actor: User, now: datetime) -> None:
    record(
        actor=actor, action=action, object_type="bulletin template", object_id=template.pk,
        now=now, detail={"kind": template.kind, "version": template.version},
    )  # fmt: skip
