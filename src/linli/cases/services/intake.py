"""From a report to a filed case: verify, file, dismiss, merge, amend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.cases import policy, rules
from linli.cases.models import Case
from linli.cases.queries import people
from linli.cases.rules.inputs import Place
from linli.cases.rules.moves import MoveRefused
from linli.cases.services import placing, routes, telling
from linli.cases.services.core import Act, advance
from linli.catalogue import queries as catalogue
from linli.kernel import rows
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.transactions import whole

if TYPE_CHECKING:
    from linli.staff.models import User


def request_verification(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    assignee: int | None = None,
    opinion: str = "",
    seen: int | None = None,
) -> Case:
    """Send a grid worker to look before filing. `assignee` is a post; by default the tracker's or
    the primary worker's of the grid (R75). Raises BadInput, MoveRefused, NotYours."""

    def change(act: Act) -> None:
        act.case.assignee_id = _worker(act.case, assignee, "cases.verify")
        act.case.verified = None
        telling.tell_post(
            act.case, "cases.to_verify", act.case.assignee_id, now=now, batch=act.batch
        )

    return advance(
        case_id,
        "request_verification",
        actor=actor,
        now=now,
        opinion=opinion,
        seen=seen,
        change=change,
    )


def verify(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    true: bool,
    place: Place | None = None,
    uploads: Sequence[str] = (),
    opinion: str = "",
    seen: int | None = None,
) -> Case:
    """What the worker found: true or not; `place` corrects the point. Back to “reported”."""

    def change(act: Act) -> None:
        act.case.verified = true
        act.case.assignee_id = None
        act.detail["true"] = true
        if place is not None and true:
            placing.put(act.case, place)

    return advance(
        case_id,
        "verify",
        actor=actor,
        now=now,
        opinion=opinion,
        uploads=uploads,
        seen=seen,
        change=change,
    )


def file_case(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    case_class: str | None = None,
    condition: int | None = None,
    urgency: str | None = None,
    handling: str | None = None,
    place: Place | None = None,
    opinion: str = "",
    seen: int | None = None,
) -> Case:
    """立案: the case has class, grid and point; they choose its limit (R66). Raises BadInput."""

    def change(act: Act) -> None:
        describe(act, case_class, condition, urgency, handling, place, None)
        _require_whole(act.case)
        act.case.filed_at = now
        act.case.approval_asked = act.case.handling == rules.Handling.APPROVAL

    return advance(case_id, "file", actor=actor, now=now, opinion=opinion, seen=seen, change=change)


def self_handle(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    opinion: str,
    uploads: Sequence[str],
    case_class: str | None = None,
    place: Place | None = None,
    seen: int | None = None,
) -> Case:
    """自处理: solved on the spot, with a photo; closed at once and counted apart (R56)."""

    def change(act: Act) -> None:
        describe(act, case_class, None, None, None, place, None)
        _require_whole(act.case)
        case = act.case
        case.self_handled = True
        case.handled_by, case.closed_by = actor, actor
        case.handled_at = case.closed_at = now

    return advance(
        case_id,
        "self_handle",
        actor=actor,
        now=now,
        opinion=opinion,
        uploads=uploads,
        seen=seen,
        change=change,
    )


def dismiss(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """不予受理, with a reason the reporter can read."""
    return advance(case_id, "dismiss", actor=actor, now=now, opinion=opinion, seen=seen)


def merge(
    *, case_id: int, actor: User, now: datetime, into: str, opinion: str, seen: int | None = None
) -> Case:
    """并案: this case ends in the case numbered `into`; its reporters follow that one (R74).

    Both are locked first, in one order for all: of two that are merged into each other at once, the
    second finds its target merged.
    """

    def change(act: Act) -> None:
        act.case.merged_into = target_id
        act.case.assignee_id = None
        act.detail["into"] = target_id

    with whole():
        parsed = rules.parse_case_number(into or "")
        for pk in sorted({case_id, parsed[0]} if parsed else ()):
            rows.ask("SELECT 1 FROM cases_case WHERE id = %s FOR NO KEY UPDATE", [pk])
        target_id = _target(case_id, actor, into)
        return advance(
            case_id, "merge", actor=actor, now=now, opinion=opinion, seen=seen, change=change
        )


def unmerge(
    *, case_id: int, actor: User, now: datetime, opinion: str, seen: int | None = None
) -> Case:
    """The merge was a mistake: the case is “reported” again, its reporters follow it again."""

    def change(act: Act) -> None:
        act.detail["out_of"] = act.case.merged_into
        act.case.merged_into = None

    return advance(
        case_id, "unmerge", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def amend(
    *,
    case_id: int,
    actor: User,
    now: datetime,
    opinion: str,
    case_class: str | None = None,
    condition: int | None = None,
    urgency: str | None = None,
    handling: str | None = None,
    place: Place | None = None,
    address: str | None = None,
    seen: int | None = None,
) -> Case:
    """Correct class, urgency, kind of handling or place; the clock is counted anew."""

    def change(act: Act) -> None:
        describe(act, case_class, condition, urgency, handling, place, address)
        if act.case.filed_at is not None:
            _require_whole(act.case)
        if act.detail.get("changed", {}).keys() & {"case_class", "urgency"}:
            routes.forget_terms(act.case)
        act.relimit = True

    return advance(
        case_id, "amend", actor=actor, now=now, opinion=opinion, seen=seen, change=change
    )


def describe(
    act: Act,
    case_class: str | None,
    condition: int | None,
    urgency: str | None,
    handling: str | None,
    place: Place | None,
    address: str | None,
) -> None:
    """Set what was given and note in the event what it was before."""
    case = act.case
    before = (case.case_class_id, case.condition_id, case.urgency, case.handling, case.address)
    if case_class:
        found = catalogue.class_by_code(case_class)
        if found.id != case.case_class_id:
            case.case_class_id, case.condition_id = found.id, None
    if condition is not None:
        if case.case_class_id is None or condition not in {
            c.pk
            for c in catalogue.conditions_for(catalogue.current().class_by_id(case.case_class_id))
        }:
            raise BadInput(
                _("condition: this filing condition does not belong to the class."),
                field="condition",
            )
        case.condition_id = condition
    for name, value, allowed in (
        ("urgency", urgency, rules.Urgency.values),
        ("handling", handling, rules.Handling.values),
    ):
        if value:
            if value not in allowed:
                raise BadInput(
                    _("%(field)s is one of %(allowed)s.")
                    % {"field": name, "allowed": ", ".join(allowed)},
                    field=name,
                )
            setattr(case, name, value)
    if address:
        case.address = address
    if place is not None:
        placing.put(case, place)
        act.detail["moved"] = True
    after = (case.case_class_id, case.condition_id, case.urgency, case.handling, case.address)
    names = ("case_class", "condition", "urgency", "handling", "address")
    changed = {
        name: [old, new] for name, old, new in zip(names, before, after, strict=True) if old != new
    }
    if changed:
        act.detail["changed"] = changed


def _require_whole(case: Case) -> None:
    """R66. Raises BadInput naming what is missing."""
    if case.case_class_id is None:
        raise BadInput(
            _("case_class: a case is filed with a class. Choose one."), field="case_class"
        )
    if case.place is None:
        raise BadInput(_("place: a case is filed with a point. Mark it on the map."), field="place")
    if case.grid_id is None:
        raise BadInput(
            _("place: the point lies in no grid. Choose a point inside one."), field="place"
        )


def _worker(case: Case, assignee: int | None, grant: str) -> int | None:
    """The post that goes and looks. Raises BadInput if the chosen one is not on duty there."""
    workers = people.on_duty(case.grid_id, grant) if case.grid_id else []
    posts = [w.post_id for w in workers if w.user_id != case.handled_by_id]
    if assignee is not None:
        if assignee not in posts:
            chosen = [p.pk for p in people.posts_with_grant(grant, centre_id=case.centre_id)]
            if assignee not in chosen:
                raise BadInput(
                    _("assignee: this post is not on duty in the grid of the case."),
                    field="assignee",
                )
        return assignee
    if case.tracker_id in posts:
        return case.tracker_id
    return posts[0] if posts else None


def _target(case_id: int, actor: User, into: str) -> int:
    parsed = rules.parse_case_number(into or "")
    if parsed is None:
        raise BadInput(
            _("into: “%(number)s” is not a case number; check its last digit.")
            % {"number": (into or "")[:40]},
            field="into",
        )
    target = Case.objects.filter(policy.visible_to(actor), pk=parsed[0]).first()
    if target is None or target.reported_on != parsed[1]:
        raise NotFound(_("into: there is no such case, or you may not see it."), field="into")
    if target.pk == case_id:
        raise BadInput(_("into: a case cannot be merged into itself."), field="into")
    if not target.is_open:
        raise MoveRefused(
            _("into: that case is at “%(stage)s”; merge into an open one.")
            % {"stage": rules.Stage(target.stage).label},
            field="into",
        )
    return target.pk
