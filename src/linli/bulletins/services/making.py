"""Word and PDF of a bulletin, made in a job and kept with the text they were made of."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.bulletins import policy
from linli.bulletins.models import Bulletin, Made, MadeState, Template
from linli.bulletins.queries.bulletins import bulletin_for, template_of
from linli.bulletins.rules.charts import Bar, bars
from linli.bulletins.rules.fields import VOCABULARIES
from linli.bulletins.rules.maps import case_map
from linli.bulletins.rules.ranking import DASH
from linli.bulletins.rules.states import Kind, State
from linli.files import services as files
from linli.kernel import paper
from linli.kernel.errors import Refused
from linli.kernel.jobs import later
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

SOURCE = Path(__file__).parent.parent / "paper" / "bulletin.typ"


@transaction.atomic
def make_files(*, actor: User, bulletin_id: int, now: datetime) -> Made:
    """Ask for Word and PDF of the text as it is. Raises NotYours, NotFound, Refused while they are
    being made, or once it is published."""
    staff.require_any(actor, (policy.WRITE, policy.REVIEW, policy.SIGN))
    found = bulletin_for(actor, bulletin_id, lock=True)
    if found.state in (State.PUBLISHED, State.WITHDRAWN):
        raise Refused(_("This bulletin is published or withdrawn; its files stay as they are."))
    return ask(bulletin=found, actor=actor, now=now)


def ask(*, bulletin: Bulletin, actor: User, now: datetime) -> Made:
    """Queue the job. Raises Refused while this text is being made."""
    if bulletin.made.filter(revision=bulletin.revision, state=MadeState.MAKING).exists():
        raise Refused(_("The files are being made; load the page again in a moment."))
    made = Made.objects.create(
        bulletin=bulletin, revision=bulletin.revision, template=template_of(bulletin.kind),
        state=MadeState.MAKING, asked_by=actor, asked_at=now,
    )  # fmt: skip
    later("bulletins.make", made_id=made.pk)
    return made


def make(*, made_id: int, now: datetime) -> None:
    """Make them. Safe to run twice: what is made stays, and a text that has changed meanwhile is
    left to the next one. A missing font or a template gone bad is told on the page."""
    keys = files.reserve(2, now=now)
    with transaction.atomic():
        found = Made.objects.select_for_update().get(pk=made_id)
        bulletin = Bulletin.objects.select_related("signed_by").get(pk=found.bulletin_id)
        if found.state != MadeState.MAKING or bulletin.revision != found.revision:
            if found.state == MadeState.MAKING:
                found.state = MadeState.FAILED
                found.trouble = _("The text was changed before its files were made.")
                found.save(update_fields=["state", "trouble"])
            files.release(keys)
            return
        try:
            with translation.override(settings.LANGUAGE_CODE):
                fields, charts = fields_of(bulletin), charts_of(bulletin)
                word = _word(bulletin, found.template, fields, charts)
                pdf = _pdf(bulletin, fields, charts)
        except Refused as refusal:
            files.release(keys)
            found.state, found.trouble = MadeState.FAILED, str(refusal)[:300]
        else:
            files.keep(keys[0], io.BytesIO(word))
            files.keep(keys[1], io.BytesIO(pdf))
            found.state, found.word_key, found.pdf_key = MadeState.MADE, *keys
        found.save(update_fields=["state", "trouble", "word_key", "pdf_key"])


def _word(
    bulletin: Bulletin, own: Template | None, fields: dict[str, str], charts: dict[str, str]
) -> bytes:
    from linli.bulletins.rules.docx.filling import Filling, fill
    from linli.bulletins.rules.docx.first import first_template

    kind = Kind(bulletin.kind)
    template = files.content_of(own.key) if own else first_template(kind)
    pictures = {name: paper.picture(svg) for name, svg in charts.items()}
    content = bulletin.content
    lists = {code: content.get(code, []) for code, _cols in VOCABULARIES[kind].lists.values()}
    return fill(template, VOCABULARIES[kind], Filling(fields, lists, pictures))


def _pdf(bulletin: Bulletin, fields: dict[str, str], charts: dict[str, str]) -> bytes:
    data: dict[str, Any] = {
        "fields": fields, "kind": bulletin.kind, "lists": bulletin.content, "charts": list(charts),
    }  # fmt: skip
    return paper.pdf(SOURCE, data, {f"{name}.svg": svg.encode() for name, svg in charts.items()})


def fields_of(bulletin: Bulletin) -> dict[str, str]:
    """The single fields: what is not there yet is a dash or a blank to fill in."""
    content = {name: value for name, value in bulletin.content.items() if isinstance(value, str)}
    signed = bulletin.signed_at
    return {
        **content,
        **{name: text or DASH for name, text in bulletin.sections.items()},
        "title": bulletin.title,
        "subject": bulletin.subject,
        "number": bulletin.label or _("(draft, no number)"),
        "office": str(settings.SITE_NAME),
        "signed_by": (bulletin.signed_by.name if bulletin.signed_by else "") or DASH,
        "signed_on": _day(signed) if signed else DASH,
    }


def _day(moment: datetime) -> str:
    day = timezone.localdate(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def charts_of(bulletin: Bulletin) -> dict[str, str]:
    """SVG by the name of the chart. Raises paper.NoFont."""
    fonts, content = paper.fonts(), bulletin.content
    found = {
        "classes": _counts(
            pgettext("bulletin", "Cases by class (number)"), content.get("classes", []), fonts
        )
    }
    if bulletin.kind == Kind.SPECIAL:
        found["regions"] = _counts(_("Cases by place (number)"), content.get("regions", []), fonts)
        if drawn := content.get("map"):  # those begun before there were maps have none
            found["map"] = case_map(_("Where the cases lie"), drawn, fonts, _("%(n)d cases"))
    else:
        rows = [
            Bar(one["unit"], None if one["points"] == DASH else float(one["points"]), one["points"])
            for one in content.get("ranking", [])
        ]
        found["ranking"] = bars(_("Points of the units (of 100)"), rows, fonts, top=100)
    return found


def _counts(title: str, rows: list[dict[str, str]], fonts: tuple[str, ...]) -> str:
    return bars(title, [Bar(one["name"], float(one["count"]), one["count"]) for one in rows], fonts)
