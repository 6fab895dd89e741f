"""A period is closed: what counted in it is kept, fact by fact, with the formulas it was judged by.

Counting it again makes a further version beside the first. Nobody changes what was frozen.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Case as When_
from django.db.models import IntegerField, Max, QuerySet, Value, When
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.evaluation import policy
from linli.evaluation.models import Freeze, FreezeState
from linli.evaluation.queries.books import version_on
from linli.evaluation.queries.figures import FACTS, waiting
from linli.evaluation.queries.names import first_class
from linli.evaluation.rules.counts import COUNTS, Source, candidates
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.subjects import REGIONS
from linli.evaluation.services import following
from linli.kernel.errors import BadInput, Refused
from linli.kernel.jobs import later
from linli.kernel.text import clean

if TYPE_CHECKING:
    from linli.staff.models import User

#: Columns of a frozen fact that its fact has too.
_SAME = (
    "case_id", "number", "district_id", "street_id", "community_id", "grid_id", "class_id",
    "channel", "stratum", "marks",
)  # fmt: skip
_HOLDER = {Source.TASK: "unit_id", Source.STEP: "post_id"}


@transaction.atomic
def freeze(*, actor: User, now: datetime, span: str, day: date, reason: str = "") -> Freeze:
    """Close the period around `day`; a closed one is counted again, which needs a reason.

    The job writes the rows. Raises NotYours, BadInput (an unknown kind of period, one that is not
    over), Refused while it is being made.
    """
    policy.require_freeze(actor)
    if span not in set(Span):
        raise BadInput(_("span: choose day, week, month, quarter or year."), field="span")
    period = Period.around(Span(span), day)
    if not period.over(now):
        raise BadInput(
            _("day: this period ends on %(day)s; it can be closed after that.")
            % {"day": period.last.isoformat()},
            field="day",
        )
    with connection.cursor() as cursor:  # one at a time: numbers follow one another
        cursor.execute("LOCK TABLE evaluation_freeze IN SHARE ROW EXCLUSIVE MODE")
    before = Freeze.objects.filter(span=span, first=period.first)
    if before.filter(state=FreezeState.MAKING).exists():
        raise Refused(_("This period is being counted; wait until that is done."), code="making")
    number = (before.aggregate(last=Max("number"))["last"] or 0) + 1
    reason = clean(reason, field="reason", most=2000)
    if number > 1 and not reason:
        raise BadInput(
            _("reason: this period is closed already. Say why it is counted again."),
            field="reason",
        )
    made = Freeze.objects.create(
        span=span, first=period.first, last=period.last, number=number, reason=reason,
        version=version_on(period.last), state=FreezeState.MAKING, frozen_by=actor, frozen_at=now,
        first_class={
            code: sorted(first_class(code, on=period.last)) for code in REGIONS
        },
    )  # fmt: skip
    record(
        actor=actor, action="evaluation.froze", object_type="period", object_id=made.pk, now=now,
        detail={"span": span, "first": period.first.isoformat(), "number": number},
    )  # fmt: skip
    later("evaluation.freeze", freeze_id=made.pk)
    return made


def make(*, freeze_id: int) -> int:
    """Write the rows of a freeze; returns how many. Safe to run twice: what is frozen stays.

    First the facts follow the cases up to now, so that nothing known is left out.
    """
    while waiting() and following.follow():
        pass
    with transaction.atomic():
        one = Freeze.objects.select_for_update().get(pk=freeze_id)
        if one.state == FreezeState.FROZEN:
            return one.facts
        period = Period(Span(one.span), one.first, one.last)
        with connection.cursor() as cursor:
            # The three kinds of facts are of one moment: nobody makes facts meanwhile.
            cursor.execute(f"SELECT pg_advisory_xact_lock({following.LOCK})")
        one.facts = sum(_copy(one, source, period) for source in Source)
        one.state = FreezeState.FROZEN
        one.save(update_fields=["facts", "state"])
    return one.facts


def _copy(one: Freeze, source: Source, period: Period) -> int:
    """INSERT … SELECT: a row for each fact that counts in anything."""
    rows = _marked(source, period).exclude(marks=0)
    names, columns = list(_SAME), list(_SAME)
    if source == Source.CASE:
        rows = rows.annotate(number=Value(0))  # a case has one
    else:
        names.append("holder_id")
        columns.append(_HOLDER[source])
    sql, given = rows.order_by().values_list(*columns).query.sql_with_params()
    listed = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO evaluation_frozenfact (freeze_id, source, {listed})"
            f" SELECT %s, %s, fact.* FROM ({sql}) AS fact",
            [one.pk, source.value, *given],
        )
        return int(cursor.rowcount)


def _marked(source: Source, period: Period) -> QuerySet[Any]:
    """The facts of a period, with the bits of the counts they count in."""
    since, until = period.since, period.until
    marks: Any = Value(0)
    for bit, base in enumerate(COUNTS[source]):
        marks = marks + When_(
            When(base.when.q(since, until), then=Value(1 << bit)),
            default=Value(0),
            output_field=IntegerField(),
        )
    rows: QuerySet[Any] = FACTS[source]._default_manager.filter(
        candidates(COUNTS[source], since, until)
    )
    with_marks: QuerySet[Any] = rows.annotate(marks=marks)
    return with_marks
