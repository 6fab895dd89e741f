"""Formulas are written in a draft, checked with every change, and published for a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.evaluation import policy
from linli.evaluation.models import Indicator, Version, VersionState
from linli.evaluation.queries import books
from linli.evaluation.rules.scoring import check
from linli.evaluation.rules.subjects import EDGES, Shows, Subject
from linli.kernel.errors import BadInput, NotFound, Refused
from linli.kernel.text import clean

if TYPE_CHECKING:
    from linli.staff.models import User

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_COPIED = ("subject", "code", "label_zh", "label_en", "shows", "formula", "source", "position")


@transaction.atomic
def begin_draft(*, actor: User, now: datetime) -> Version:
    """A draft from the newest published version; the draft there is, if there is one."""
    policy.require_formulas(actor)
    _one_at_a_time()
    if (there := books.draft()) is not None:
        return there
    newest = Version.objects.filter(state=VersionState.PUBLISHED).order_by("-number").first()
    draft = Version.objects.create(
        edges=newest.edges if newest else EDGES, made_by=actor, made_at=now
    )
    if newest is not None:
        Indicator.objects.bulk_create(
            Indicator(version=draft, **{name: getattr(row, name) for name in _COPIED})
            for row in newest.indicators.all()
        )
    _note(actor, "drafted", draft, now)
    return draft


@transaction.atomic
def set_formula(
    *,
    actor: User,
    now: datetime,
    version_id: int,
    subject: str,
    code: str,
    label_zh: str,
    formula: str,
    shows: str,
    label_en: str = "",
    source: str = "",
) -> Indicator:
    """Write a formula of the draft, new or in place of the one with its code.

    Raises NotYours, Refused for what is no draft, BadInput, BadFormula naming the place.
    """
    draft = _draft_for(actor, version_id)
    code = code.strip()
    if not _CODE.fullmatch(code):
        raise BadInput(
            _("code: small letters, digits and _, beginning with a letter, such as closing_rate."),
            field="code",
        )
    if subject not in Subject.values:
        raise BadInput(_("subject: choose whom the formula is about."), field="subject")
    if shows not in set(Shows):
        raise BadInput(_("shows: choose how the value is shown."), field="shows")
    last = draft.indicators.aggregate(last=Max("position"))["last"] or 0
    row = draft.indicators.filter(subject=subject, code=code).first() or Indicator(
        version=draft, subject=subject, code=code, position=last + 1
    )
    row.label_zh = clean(label_zh, field="label_zh", most=40, least=1)
    row.label_en = clean(label_en, field="label_en", most=60)
    row.formula = clean(formula, field="formula", most=1000, least=1)
    row.source = clean(source, field="source", most=120)
    row.shows = shows
    row.save()
    _check(draft, Subject(subject))
    _note(actor, "edited", draft, now, subject=subject, code=code, formula=row.formula)
    return row


@transaction.atomic
def remove_formula(*, actor: User, now: datetime, version_id: int, indicator_id: int) -> None:
    """Take a formula out of the draft. Raises NotFound; BadFormula if another one needs it."""
    draft = _draft_for(actor, version_id)
    row = draft.indicators.filter(pk=indicator_id).first()
    if row is None:
        raise NotFound(_("The draft has no such formula."))
    subject, code = row.subject, row.code
    row.delete()
    _check(draft, Subject(subject))
    _note(actor, "edited", draft, now, subject=subject, code=code, removed=True)


@transaction.atomic
def set_edges(*, actor: User, now: datetime, version_id: int, edges: Mapping[str, int]) -> None:
    """The points from which each grade begins. Raises BadInput unless they fall from A to D."""
    draft = _draft_for(actor, version_id)
    values = [edges.get(letter, -1) for letter in EDGES]
    if values != sorted(set(values), reverse=True) or not (values[-1] > 0 and values[0] <= 100):
        raise BadInput(
            _("edges: the points of A, B, C and D fall, from at most 100 to more than 0."),
            field="edges",
        )
    draft.edges = dict(zip(EDGES, values, strict=True))
    draft.save(update_fields=["edges"])
    _note(actor, "edited", draft, now, edges=draft.edges)


@transaction.atomic
def publish(*, actor: User, now: datetime, version_id: int, valid_from: date, note: str) -> Version:
    """Put the draft in force from a day on; the version before ends that day.

    Raises NotYours, BadInput (a day in the past, no note), BadFormula.
    """
    draft = _draft_for(actor, version_id)
    _one_at_a_time()
    if valid_from < timezone.localdate(now):
        raise BadInput(
            _("valid_from: choose today or a later day: past periods keep their formulas."),
            field="valid_from",
        )
    for subject in Subject:
        _check(draft, subject)
    draft.note = clean(note, field="note", most=2000, least=1)
    published = Version.objects.filter(state=VersionState.PUBLISHED)
    later = published.filter(valid_from__gte=valid_from).order_by("valid_from").first()
    if later is not None:
        raise BadInput(
            _("valid_from: version %(number)s begins on %(day)s. Choose a later day.")
            % {"number": later.number, "day": later.valid_from},
            field="valid_from",
        )
    for before in published.filter(valid_to=None):
        before.valid_to = valid_from
        before.save(update_fields=["valid_to"])
    draft.number = (Version.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    draft.state, draft.valid_from = VersionState.PUBLISHED, valid_from
    draft.published_by, draft.published_at = actor, now
    draft.save()
    _note(actor, "published", draft, now, number=draft.number, valid_from=valid_from.isoformat())
    return draft


@transaction.atomic
def drop_draft(*, actor: User, now: datetime, version_id: int) -> None:
    """Give the draft up; it is kept, and seen no more."""
    draft = _draft_for(actor, version_id)
    draft.state = VersionState.DROPPED
    draft.save(update_fields=["state"])
    _note(actor, "dropped", draft, now)


def _draft_for(actor: User, version_id: int) -> Version:
    policy.require_formulas(actor)
    draft = Version.objects.select_for_update().filter(pk=version_id).first()
    if draft is None:
        raise NotFound(_("There is no such version of formulas."))
    if draft.state != VersionState.DRAFT:
        raise Refused(
            _("A published version is never changed. Begin a draft from it."), code="not_a_draft"
        )
    return draft


def _check(draft: Version, subject: Subject) -> None:
    rows = draft.indicators.filter(subject=subject).order_by("position", "pk")
    check([books.formula_of(row) for row in rows])


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE evaluation_version IN SHARE ROW EXCLUSIVE MODE")


def _note(actor: User, action: str, draft: Version, now: datetime, **detail: object) -> None:
    record(
        actor=actor, action=f"evaluation.{action}", object_type="formulas", object_id=draft.pk,
        now=now, detail=detail,
    )  # fmt: skip
