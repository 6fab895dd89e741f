"""What people enter: points of the worker and of scorers, counts of surveys, additions by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from linli.appraisal import policy
from linli.appraisal.models import Adjustment, Input, SchemeLine, Sheet
from linli.appraisal.rules.points import mean_of, share_of
from linli.appraisal.rules.schemes import BY_HAND, FEWEST, WHOLE, Origin, plain
from linli.appraisal.services.opening import take_figures
from linli.appraisal.services.writing import locked_sheet, log, remember
from linli.evaluation.rules.periods import Period, Span
from linli.kernel.errors import BadInput, NotFound, Refused
from linli.kernel.text import clean

if TYPE_CHECKING:
    from linli.staff.models import User
    from linli.staff.policy import Seat


@dataclass(frozen=True)
class Given:
    """What somebody enters for a line: points, or `total` of `people` (a survey: how many of how
    many said yes; representatives: the sum of their points and how many they were)."""

    points: Decimal | None = None
    total: Decimal | None = None
    people: int | None = None

    @property
    def is_empty(self) -> bool:
        return self.points is None and self.total is None and self.people is None


@transaction.atomic
def score_sheet(*, actor: User, sheet_id: int, given: Mapping[int, Given], now: datetime) -> Sheet:
    """Enter the points of lines by hand: line id to what was given; an empty one takes the points
    back. Raises NotFound, NotYours, BadInput naming `line_<id>`."""
    sheet, seat = _scored_by(actor, sheet_id, now)
    lines = {line.pk: line for line in sheet.scheme.lines.all() if line.origin in BY_HAND}
    changed = []
    for line_id, one in given.items():
        line = lines.get(line_id)
        if line is None:
            raise BadInput(
                _("line_%(id)s: points are not entered for this line; leave it out.")
                % {"id": line_id},
                field=f"line_{line_id}",
            )
        if write_input(sheet, line, one, actor, now):
            changed.append(line.label)
    if changed:
        words = _("Changed: %(lines)s.") % {"lines": ", ".join(changed)}
        remember(sheet, "score", now=now, actor=actor, seat=seat, words=words)
        log(sheet, "appraisal.scored", actor, now)
    return sheet


@transaction.atomic
def renew_figures(*, actor: User, sheet_id: int, now: datetime) -> Sheet:
    """Take the figures of the system again while the sheet is being scored."""
    sheet, seat = _scored_by(actor, sheet_id, now)
    take_figures(sheet.scheme, Period.around(Span.MONTH, sheet.month), [sheet], now=now)
    remember(sheet, "figures", now=now, actor=actor, seat=seat)
    log(sheet, "appraisal.scored", actor, now)
    return sheet


@transaction.atomic
def adjust_sheet(
    *, actor: User, sheet_id: int, points: Decimal, reason: str, now: datetime
) -> Adjustment:
    """Add (above 0) or deduct (below 0) points with a reason, within the scheme's limits."""
    sheet, seat = _scored_by(actor, sheet_id, now)
    if not points or points != points.quantize(Decimal("0.01")) or abs(points) > WHOLE:
        raise BadInput(
            _("points: give a number other than 0, such as 2 or −1.5, of two digits at most."),
            field="points",
        )
    reason = clean(reason, field="reason", most=500, least=2)
    before = list(sheet.adjustments.all())
    same = [one.points for one in before if (one.points > 0) == (points > 0)]
    most = sheet.scheme.most_added if points > 0 else sheet.scheme.most_deducted
    if abs(sum(same, points)) > most:
        words = (
            _("points: the scheme allows additions of %(most)s points in all; give fewer.")
            if points > 0
            else _("points: the scheme allows deductions of %(most)s points in all; give fewer.")
        )
        raise BadInput(words % {"most": plain(most)}, field="points")
    made = Adjustment.objects.create(
        sheet=sheet, number=max((one.number for one in before), default=0) + 1, points=points,
        reason=reason, entered_by=actor, at=now,
    )  # fmt: skip
    remember(sheet, "adjust", now=now, actor=actor, seat=seat, words=f"{points:+f}: {reason}")
    log(sheet, "appraisal.scored", actor, now)
    return made


@transaction.atomic
def drop_adjustment(*, actor: User, sheet_id: int, number: int, now: datetime) -> Sheet:
    """Take an addition or deduction back; the history keeps both."""
    sheet, seat = _scored_by(actor, sheet_id, now)
    found = sheet.adjustments.filter(number=number).first()
    if found is None:
        raise NotFound(_("The sheet has no such addition or deduction."))
    words = f"{found.points:+f}: {found.reason}"
    found.delete()
    remember(sheet, "unadjust", now=now, actor=actor, seat=seat, words=words)
    log(sheet, "appraisal.scored", actor, now)
    return sheet


def _scored_by(actor: User, sheet_id: int, now: datetime) -> tuple[Sheet, Seat | None]:
    """The sheet for somebody who may score it now: whoever might hand it over."""
    sheet, history = locked_sheet(actor, sheet_id)
    return sheet, policy.require_deed(actor, "submit", sheet, history, now)


def write_input(sheet: Sheet, line: SchemeLine, given: Given, actor: User, now: datetime) -> bool:
    """Whether something changed. Raises BadInput naming the line."""
    before = sheet.inputs.filter(line=line).first()
    if given.is_empty:
        if before is not None:
            before.delete()
        return before is not None
    points, detail = _points_of(line, given)
    if before is not None and (before.points, before.detail) == (points, detail):
        return False
    Input.objects.update_or_create(
        sheet=sheet, line=line,
        defaults={"points": points, "detail": detail, "entered_by": actor, "at": now},
    )  # fmt: skip
    return True


def _points_of(line: SchemeLine, given: Given) -> tuple[Decimal, dict[str, Any]]:
    if line.origin in (Origin.SURVEY, Origin.RESIDENTS):
        return _of_people(line, given)
    points = given.points
    if points is None or not 0 <= points <= WHOLE or points != points.quantize(Decimal("0.01")):
        raise BadInput(
            _("line_%(id)s: “%(label)s” takes points from 0 to 100, of two digits at most.")
            % {"id": line.pk, "label": line.label},
            field=f"line_{line.pk}",
        )
    return points, {}


def _of_people(line: SchemeLine, given: Given) -> tuple[Decimal, dict[str, Any]]:
    """Counts of at least FEWEST people: of fewer, somebody's answer could be told."""
    is_survey = line.origin == Origin.SURVEY
    names = {"id": line.pk, "label": line.label, "fewest": FEWEST}
    field = f"line_{line.pk}"
    people, total = given.people, given.total
    if people is None or total is None:
        raise BadInput(
            _("line_%(id)s: “%(label)s” takes two numbers; fill in both or none.") % names,
            field=field,
        )
    if people < FEWEST or people > 100_000:
        raise BadInput(
            _(
                "line_%(id)s: “%(label)s” needs at least %(fewest)s people, so that nobody's answer"
                " can be told; ask more, or leave it empty."
            )
            % names,
            field=field,
        )
    if is_survey and (total < 0 or total > people or total != int(total)):
        raise BadInput(
            _("line_%(id)s: “%(label)s”: between 0 and as many as were asked can have said yes.")
            % names,
            field=field,
        )
    if total < 0 or total > people * 100 or total != total.quantize(Decimal("0.01")):
        raise BadInput(
            _("line_%(id)s: “%(label)s”: the sum lies between 0 and 100 for each representative.")
            % names,
            field=field,
        )
    if is_survey:
        return share_of(int(total), people), {"yes": int(total), "asked": people}
    return mean_of(total, people), {"sum": plain(total), "people": people}


def write_own_points(
    sheet: Sheet, points: Mapping[int, Decimal], actor: User, now: datetime
) -> None:
    """The points a worker gives for the lines of the self-report; all of them, or it is refused."""
    for line in sheet.scheme.lines.all():
        if line.origin == Origin.SELF:
            if line.pk not in points:
                raise Refused(
                    _("“%(label)s” is missing: give yourself 0 to 100 points.")
                    % {"label": line.label},
                    field=f"line_{line.pk}",
                )
            write_input(sheet, line, Given(points=points[line.pk]), actor, now)
