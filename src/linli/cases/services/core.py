"""The one door through which a case changes: lock, ask, change, remember (house style §3)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases import policy, rules
from linli.cases.models import Case, CaseEvent, CaseFile
from linli.cases.queries.chains import facts_of
from linli.cases.rules.guards import hindrance
from linli.cases.rules.moves import MoveRefused
from linli.cases.services import clocks, hearing, telling, things
from linli.files import services as files
from linli.kernel import live, rows
from linli.kernel.errors import BadInput, NotFound, Stale
from linli.kernel.text import clean
from linli.kernel.transactions import whole
from linli.staff.policy import Seat

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_OPINION = 2000
MOST_FILES = 12

#: What a file attached by a move shows.
_PURPOSE = {
    "report": CaseFile.Purpose.REPORT,
    "add_report": CaseFile.Purpose.REPORT,
    "verify": CaseFile.Purpose.VERIFY,
    "report_back": CaseFile.Purpose.AFTER,
    "co_report": CaseFile.Purpose.AFTER,
    "self_handle": CaseFile.Purpose.AFTER,
    "check": CaseFile.Purpose.CHECK,
}


@dataclass
class Act:
    """A move under way. `change` functions set fields of `case` and may add to `detail`."""

    case: Case
    move: str
    now: datetime
    actor: User | None
    seat: Seat | None
    opinion: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    target: rules.Stage | None = None
    relimit: bool = False  # class, urgency or grade changed: the clock is counted anew
    files: list[int] = field(default_factory=list)
    batch: rows.Batch = field(default_factory=rows.Batch)  # written when the move is whole


Change = Callable[[Act], None]


@whole()
def advance(
    case_id: int,
    move: str,
    *,
    actor: User | None,
    now: datetime,
    opinion: str = "",
    uploads: Sequence[str | uuid.UUID] = (),
    seen: int | None = None,
    change: Change | None = None,
    by_reporter: bool = False,
    holder: str | None = None,
) -> Case:
    """Make `move` on a case. `actor` None: the clock, or (`by_reporter`) the person who reported.

    `seen` is the number of the last event the person saw. Raises NotFound, Stale, MoveRefused,
    NotYours, BadInput; then nothing has changed.
    """
    case = locked(case_id, actor)
    _refuse_stale(case, seen)
    if move not in rules.MOVES or case.stage not in rules.MOVES[move].sources:
        _refuse_move(case, move)
    if reason := hindrance(case, move):
        raise MoveRefused(reason, field="move")
    seat = None
    if actor is not None:
        policy.require_not_handler(actor, case, move)
        seat = policy.require_seat(actor, move, case)
    act = Act(case, move, now, actor, seat, _opinion(move, opinion))
    act.target = rules.after(case.stage, move)
    before, was = facts(case), policy.Facts.of(case)
    stage_from = case.stage
    if uploads or _needs_files(move):
        act.files = attach(act, uploads, holder=holder if by_reporter else None)
    if change is not None:
        change(act)
    case.stage = act.target or case.stage
    if case.stage != stage_from:
        case.stage_since = now
        case.waiting_since = None  # whoever goes on does not wait for the reporter any more
    clocks.turn(case, stage_from, now=now, relimit=act.relimit, detail=act.detail, batch=act.batch)
    remember(act, stage_from)
    write(act, before, was=was)
    telling.write_reporters(case, move, act.opinion, now=now)
    things.follow(case, move, actor=actor, now=now)
    return case


def locked(case_id: int, actor: User | None) -> Case:
    """The case, for this transaction alone, if `actor` may see it. One query. Raises NotFound."""
    found = rows.read(Case, "id = %s FOR NO KEY UPDATE", [case_id])
    if not found or not (actor is None or policy.covers(actor, policy.Facts.of(found[0]))):
        raise NotFound(_("There is no such case, or you may not see it."))
    return found[0]


def _refuse_stale(case: Case, seen: int | None) -> None:
    if seen is not None and seen != case.event_count:
        raise Stale(
            _("Meanwhile this case has changed: %(what)s. Look at it again, then decide.")
            % {"what": last_said(case)},
            code="stale",
        )


def _refuse_move(case: Case, move: str) -> None:
    if move not in rules.MOVES:
        rules.after(case.stage, move)
    raise MoveRefused(
        _("This case is at “%(stage)s” (%(what)s); “%(move)s” is not open there.")
        % {
            "stage": rules.Stage(case.stage).label,
            "what": last_said(case),
            "move": rules.MOVES[move].label,
        },
        field="move",
    )


def last_said(case: Case) -> str:
    """The newest event in words: who did what, when. One query."""
    event = (
        CaseEvent.objects.filter(case_id=case.pk, number=case.event_count)
        .select_related("actor")
        .first()
    )
    if event is None:
        return ""
    label = rules.MOVES[event.move].label if event.move in rules.MOVES else _("Reported")
    who = (event.actor.name or event.actor.get_username()) if event.actor else _("the system")
    return _("“%(move)s” by %(who)s at %(when)s") % {
        "move": label,
        "who": who,
        "when": timezone.localtime(event.at).strftime("%m-%d %H:%M"),
    }


def _opinion(move: str, opinion: str) -> str:
    row = rules.MOVES[move]
    needed = any(i.name == "opinion" and i.required for i in row.inputs)
    return clean(opinion or "", field="opinion", most=MOST_OPINION, least=1 if needed else 0)


def _needs_files(move: str) -> bool:
    return any(i.kind == "files" and i.required for i in rules.MOVES[move].inputs)


def attach(
    act: Act,
    uploads: Sequence[str | uuid.UUID],
    *,
    report_number: int | None = None,
    holder: str | None = None,
) -> list[int]:
    """Make the uploads files of the case; returns their numbers. Raises BadInput, NotFound."""
    if not uploads:
        if act.move in rules.MOVES and _needs_files(act.move):
            raise BadInput(_("files: please add at least one photo."), field="files")
        return []
    if len(uploads) > MOST_FILES:
        raise BadInput(
            _("files: at most %(most)d files at once.") % {"most": MOST_FILES}, field="files"
        )
    stored = files.claim(
        upload_ids=[_upload_id(upload) for upload in uploads],
        owner=act.actor,
        holder=holder,
        now=act.now,
    )
    needs_photo = act.move in rules.MOVES and _needs_files(act.move)
    if needs_photo and not any(file.kind == "photo" for file in stored):
        raise BadInput(_("files: one of them has to be a photo."), field="files")
    first = act.case.file_count + 1
    added = [
        CaseFile(
            case_id=act.case.pk,
            number=first + i,
            event_number=act.case.event_count + 1,
            report_number=report_number,
            purpose=_PURPOSE.get(act.move, CaseFile.Purpose.OTHER),
            kind=file.kind,
            mime=file.mime,
            name=file.name,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            key=file.key,
            thumb_key=file.thumb_key,
            sealed_key=file.sealed_key,
            width=file.width,
            height=file.height,
            taken_at=file.taken_at,
            fingerprint=file.fingerprint,
            sealed_place=file.place,
            added_at=act.now,
        )
        for i, file in enumerate(stored)
    ]
    act.batch.insert(*added)
    act.case.file_count += len(added)
    return [row.number for row in added]


def _upload_id(text: str | uuid.UUID) -> uuid.UUID:
    if isinstance(text, uuid.UUID):
        return text
    try:
        return uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise BadInput(
            _("files: “%(id)s” is not the id of an upload.") % {"id": str(text)[:60]},
            field="files",
        ) from None


def remember(act: Act, stage_from: str) -> CaseEvent:
    """The event of a move, linked to the chain; it is written with the rest of the act."""
    case = act.case
    case.event_count += 1
    if act.files:
        act.detail["files"] = act.files
    event = CaseEvent(
        case_id=case.pk,
        number=case.event_count,
        move=act.move,
        stage_from=stage_from,
        stage_to=case.stage,
        at=act.now,
        actor=act.actor,
        post_id=act.seat.post_id if act.seat else None,
        unit_id=act.seat.unit_id if act.seat else None,
        opinion=act.opinion,
        detail=act.detail,
    )
    event.digest = rules.link(case.head_hash, facts_of(event))
    case.head_hash = event.digest
    act.batch.insert(event)
    hearing.tell(case, event, act.batch)
    return event


def facts(case: Case) -> dict[str, Any]:
    """The columns of a case as they are."""
    values = case.__dict__
    return {f.attname: values[f.attname] for f in case._meta.concrete_fields}


def write(act: Act, before: dict[str, Any] | None, *, was: policy.Facts | None = None) -> None:
    """Write what the act has made of the case, and tell the open pages, in one statement.

    `before` are the columns as they were, None for a new case. `was` says who saw it until now:
    they hear of its leaving too. Only ids and codes are told.
    """
    case, batch = act.case, act.batch
    if before is None:
        batch.insert(case)
    else:
        now = case.__dict__
        batch.change(
            case,
            [name for name, old in before.items() if now[name] is not old and now[name] != old],
        )
    seen_by = policy.Facts.of(case)
    said: dict[str, Any] = {
        "case": case.pk,
        "move": act.move,
        "stage": case.stage,
        "event": case.event_count,
        "facts": asdict(seen_by),
    }
    if was is not None and was != seen_by:
        said["was"] = asdict(was)
    batch.notify(live.CHANNEL, live.payload("case", said))
    batch.write()
