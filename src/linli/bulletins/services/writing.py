"""A bulletin is begun, worded, reviewed, signed, published: each step is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.bulletins import policy
from linli.bulletins.models import Bulletin, Deed, MadeState
from linli.bulletins.queries.bulletins import bulletin_for
from linli.bulletins.queries.content import (
    case_lines,
    chosen_cases,
    monthly_content,
    special_content,
)
from linli.bulletins.rules.fields import SECTIONS
from linli.bulletins.rules.privacy import findings
from linli.bulletins.rules.states import MOVES, Kind, State, after
from linli.bulletins.services.making import ask
from linli.evaluation.queries.frozen import freeze_by_id
from linli.kernel.errors import BadInput, Refused, Stale
from linli.kernel.text import clean
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_LETTERS = 4000


@transaction.atomic
def begin_monthly(*, actor: User, freeze_id: int, title: str, now: datetime) -> Bulletin:
    """A draft of the figures of a frozen period. Raises NotYours, NotFound, BadInput."""
    staff.require(actor, policy.WRITE)
    policy.require_whole_city(actor)
    freeze = freeze_by_id(freeze_id)
    made = Bulletin.objects.create(
        kind=Kind.MONTHLY, title=_title(title), freeze_of=freeze,
        content=monthly_content(actor, freeze), sections=dict.fromkeys(SECTIONS, ""),
        made_by=actor, made_at=now,
    )  # fmt: skip
    _note(made, "begin", actor, now)
    return made


@transaction.atomic
def begin_special(
    *, actor: User, subject: str, title: str, cases: Sequence[str], now: datetime
) -> Bulletin:
    """A draft about one subject, of chosen cases. Raises NotYours, BadInput."""
    staff.require(actor, policy.WRITE)
    made = Bulletin.objects.create(
        kind=Kind.SPECIAL, title=_title(title), content=special_content(chosen_cases(actor, cases)),
        subject=clean(subject, field="subject", most=120, least=1),
        sections=dict.fromkeys(SECTIONS, ""), made_by=actor, made_at=now,
    )  # fmt: skip
    _note(made, "begin", actor, now)
    return made


@transaction.atomic
def edit(
    *,
    actor: User,
    bulletin_id: int,
    revision: int,
    title: str,
    sections: Mapping[str, str],
    cases: Sequence[str],
    now: datetime,
) -> Bulletin:
    """Word a draft anew and choose its cases. `revision` is what the person has read.

    Raises NotYours, NotFound, Refused (no draft any more), Stale, BadInput.
    """
    staff.require(actor, policy.WRITE)
    found = bulletin_for(actor, bulletin_id, lock=True)
    if found.state != State.DRAFT:
        raise Refused(_("Only a draft can be edited. Let the reviewer send it back."))
    if found.revision != revision:
        raise Stale(
            _("Somebody has edited this draft since you opened it. Copy your words and load it.")
        )
    chosen = chosen_cases(actor, cases)
    found.title = _title(title)
    found.sections = {
        name: clean(sections.get(name, ""), field=name, most=MOST_LETTERS) for name in SECTIONS
    }
    if found.kind == Kind.SPECIAL:
        found.content = special_content(chosen)
    else:
        found.content = {**found.content, "cases": case_lines(chosen)}
    found.revision += 1
    found.save(update_fields=["title", "sections", "content", "revision"])
    _note(found, "edit", actor, now)
    return found


@transaction.atomic
def move(*, actor: User, bulletin_id: int, deed: str, words: str = "", now: datetime) -> Bulletin:
    """Take the next step, one of rules.states.MOVES. A signature gives the number and asks for
    the files; only what they show is published.

    Raises NotYours, NotFound, Refused, BadInput (words are missing).
    """
    if deed not in MOVES:
        raise BadInput(_("deed: there is no such step."), field="deed")
    found = bulletin_for(actor, bulletin_id, lock=True)
    policy.require_move(actor, found, deed)
    target = after(found.state, deed)
    words = clean(words, field="words", most=1000, least=1 if MOVES[deed].why else 0)
    if deed in ("submit", "sign"):
        _refuse_personal(found)
    if deed == "submit":
        _refuse_empty(found)
    if deed == "publish":
        _require_files(found)
        found.published_at = now
    found.state = target
    if deed == "sign":
        _number(found, actor, now)
    found.save()
    _note(found, deed, actor, now, words)
    if deed == "sign":
        ask(bulletin=found, actor=actor, now=now)
    return found


def _title(title: str) -> str:
    return clean(title, field="title", most=120, least=1)


def _note(bulletin: Bulletin, deed: str, actor: User, now: datetime, words: str = "") -> None:
    Deed.objects.create(
        bulletin=bulletin, deed=deed, words=words, revision=bulletin.revision, by=actor, at=now
    )
    record(
        actor=actor, action=f"bulletins.{deed}", object_type="bulletin", object_id=bulletin.pk,
        now=now, detail={"revision": bulletin.revision},
    )  # fmt: skip


def _refuse_personal(bulletin: Bulletin) -> None:
    hard = [one for one in findings(bulletin.texts) if one.hard]
    if hard:
        raise Refused(
            _(
                "The text holds what looks like a number of a person: %(words)s. Take it out; a"
                " bulletin names nobody."
            )
            % {"words": ", ".join(one.words[:3] + "…" for one in hard[:5])},
            code="personal",
        )


def _refuse_empty(bulletin: Bulletin) -> None:
    if not bulletin.sections.get("opening") or not bulletin.sections.get("demands"):
        raise Refused(
            _("The opening and the demands are still empty. Write them, then send it for review."),
            code="empty",
        )
    if bulletin.kind == Kind.SPECIAL and not bulletin.content.get("cases"):
        raise Refused(_("A special report tells of cases: choose at least one."), code="empty")


def _require_files(bulletin: Bulletin) -> None:
    done = bulletin.made.filter(revision=bulletin.revision, state=MadeState.MADE)
    if not done.exists():
        raise Refused(
            _("Word and PDF of the signed text are not made yet. Wait, or make them anew."),
            code="no_files",
        )


def _number(bulletin: Bulletin, actor: User, now: datetime) -> None:
    """The next number of the kind in the year; one signature at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('linli.bulletins.number'))")
    year = timezone.localdate(now).year
    last = Bulletin.objects.filter(kind=bulletin.kind, year=year).aggregate(last=Max("number"))
    bulletin.year, bulletin.number = year, (last["last"] or 0) + 1
    bulletin.signed_by, bulletin.signed_at = actor, now
    bulletin.revision += 1
