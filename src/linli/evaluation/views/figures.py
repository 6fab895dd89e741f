"""The figures of a period, the cases of a number, the same as a file; one's own figures."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.audit.services import record
from linli.cases.services.keeping import MOST_CASES
from linli.cases.views import go_on_at_desk
from linli.evaluation import policy
from linli.evaluation.queries import drilling, frozen
from linli.evaluation.queries import figures as queries
from linli.evaluation.queries.fairness import Fair, fairness_for
from linli.evaluation.queries.names import names_for
from linli.evaluation.rules import counts
from linli.evaluation.rules.subjects import DIMENSIONS
from linli.evaluation.services.files import TYPES, download
from linli.evaluation.views.asking import Asked, asked, own_asked
from linli.evaluation.views.tables import MOST_LINES, sheet_of, sheet_rows
from linli.kernel.errors import BadInput
from linli.staff import queries as staff
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page((policy.SEE, policy.PEOPLE))
def figures(request: StaffRequest) -> HttpResponse:
    """A table of figures, each with its formula, each opening its cases."""
    now = timezone.now()
    ask = asked(request)
    found, fair = _found(request, ask, now, most=MOST_LINES)
    running = not ask.period.over(now)
    closed = None if ask.freeze else frozen.newest(ask.period)
    context = {
        "asked": ask,
        "form": ask.form,
        "figures": found,
        "sheet": sheet_of(ask, found, fair),
        "before": ask.query(day=ask.period.before.first.isoformat()),
        "after": "" if running else ask.query(day=ask.period.after.first.isoformat()),
        "query": ask.query(),
        "running": running,
        "begun": ask.period.begun(now),
        "present": ask.present(now),
        "waiting": queries.waiting() if ask.freeze is None else 0,
        "closed": closed,
        "closed_query": ask.query(freeze=closed.pk) if closed else "",
    }
    return render(request, "evaluation/figures.html", context)


def _found(
    request: StaffRequest, ask: Asked, now: datetime, *, most: int | None = None
) -> tuple[queries.Figures, Fair]:
    """The figures, of the closed period if one is asked for, and what was to be expected of the
    first `most` rows."""
    user, only = request.user, ask.only
    if ask.freeze is not None:
        found = queries.frozen_figures(user, ask.freeze, ask.dimension, ask.period, only=only)
    else:
        found = queries.figures_for(user, ask.dimension, ask.period, now=now, only=only)
    return found, fairness_for(user, found, now=now, only=only, most=most)


@require_safe
@staff_page((policy.SEE, policy.PEOPLE))
def export(request: StaffRequest, kind: str) -> HttpResponse:
    """Exactly the table of the page, all of its rows, as CSV or Excel; in the access log."""
    if kind not in TYPES:
        raise BadInput(_("kind: choose csv or xlsx."), field="kind")
    now = timezone.now()
    ask = asked(request)
    found, fair = _found(request, ask, now)
    head, rows = sheet_rows(sheet_of(ask, found, fair, most=None))
    record(
        actor=request.user, action="evaluation.exported", object_type="figures", object_id=kind,
        now=now, detail={"figures": ask.query()},
    )  # fmt: skip
    name = f"figures-{ask.dimension.code}-{ask.period.first.isoformat()}"
    return download(kind, head, rows, name=name, now=now)


@require_safe
@staff_page()
def cases(request: StaffRequest) -> HttpResponse:
    """The cases that one number counts. Of one's own figures everybody may open them."""
    ask, base, key, own = _number(request)
    found = drilling.cases_of(
        request.user, ask.dimension, ask.period, base, key, freeze=ask.freeze, now=timezone.now(),
        only=ask.only,
        after=drilling.id_or_none(request.GET.get("after", "")), whole=own,
    )  # fmt: skip
    more = ask.query(count=base.code, key=key, after=found.after) if found.after else ""
    context = {
        "asked": ask,
        "base": base,
        "name": _name(ask, key),
        "found": found,
        "more": f"{more}&own=1" if more and own else more,
        "back": ask.query(),
        "own": own,
        "keep": request.GET.urlencode(),
    }
    return render(request, "evaluation/cases.html", context)


@require_POST
@staff_page()
def keep(request: StaffRequest) -> HttpResponse:
    """Go on with the cases of a number in the desk's list, with its filters and moves."""
    now = timezone.now()
    ask, base, key, own = _number(request)
    rows = drilling.facts_of(
        None if own else request.user, ask.dimension, ask.period, base, key,
        now=now, freeze=ask.freeze, only=ask.only,
    )  # fmt: skip
    words = " · ".join(filter(None, [str(base.label), _name(ask, key), str(ask.period.label)]))
    ids = drilling.ids_of(request.user, rows, most=MOST_CASES)
    return go_on_at_desk(request, ids, words=words, now=now)


def _number(request: StaffRequest) -> tuple[Asked, counts.Base, str, bool]:
    """What is asked, which count, of which row, and whether of one's own figures. Raises BadInput
    naming the field."""
    own = request.GET.get("own") == "1"
    ask = own_asked(request) if own else asked(request)
    try:
        base = counts.base(ask.dimension.source, request.GET.get("count", ""))
    except KeyError:
        raise BadInput(_("count: there is no such count here."), field="count") from None
    key = request.GET.get("key", drilling.EVERYTHING)
    if own and key not in map(str, _own_posts(request)):
        raise BadInput(_("key: this is not one of your posts."), field="key")
    return ask, base, key, own


def _name(ask: Asked, key: str) -> str:
    if key in (drilling.EVERYTHING, drilling.NOWHERE):
        return ""
    if ask.dimension.code == "channel":
        return names_for(ask.dimension, [key]).get(key, key)
    number = drilling.id_or_none(key)
    return names_for(ask.dimension, [number]).get(number, "") if number is not None else ""


def _own_posts(request: StaffRequest) -> list[int]:
    """Every post that the person holds or held: whose work it was does not end with the post."""
    return list(staff.posts_of(request.user).values_list("pk", flat=True))


@require_safe
@staff_page()
def mine(request: StaffRequest) -> HttpResponse:
    """What counts of one's own work, with the formulas (P14): all of it, also of posts that have
    ended and of cases that one sees no more."""
    now, ask = timezone.now(), own_asked(request)
    own = queries.facts_of_posts(_own_posts(request))
    sheets = []
    for dimension in DIMENSIONS.values():
        if not dimension.of_people:
            continue
        one = Asked(ask.form, dimension, ask.period)
        found = queries.figures_of(own, dimension, ask.period, now=now)
        if found.lines:
            fair = fairness_for(request.user, found, now=now, facts=own)
            sheets.append(sheet_of(one, found, fair))
    context = {
        "asked": ask,
        "sheets": sheets,
        "begun": ask.period.begun(now),
        "present": ask.present(now),
        "before": ask.query(day=ask.period.before.first.isoformat()),
        "after": ask.query(day=ask.period.after.first.isoformat()) if ask.period.over(now) else "",
    }
    return render(request, "evaluation/mine.html", context)
