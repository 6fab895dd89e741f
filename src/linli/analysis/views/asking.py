"""The page of a question and its answer, the cases of a number, the same as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.analysis import policy
from linli.analysis.forms import AskForm, SaveForm
from linli.analysis.queries import cases as queries
from linli.analysis.queries.answering import Answer, answer, formulas_on
from linli.analysis.queries.choosing import choices_of
from linli.analysis.queries.saved import saved_for
from linli.analysis.rules.presets import PRESETS
from linli.analysis.rules.query import Query
from linli.analysis.views.pictures import picture_of
from linli.analysis.views.tables import sheet_of, sheet_rows
from linli.audit.services import record
from linli.cases.services.keeping import MOST_CASES
from linli.cases.views import go_on_at_desk
from linli.evaluation.queries.drilling import id_or_none
from linli.evaluation.queries.figures import waiting
from linli.evaluation.services.files import TYPES, download
from linli.kernel.errors import BadInput
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest, staff_page


def given(request: StaffRequest) -> dict[str, str]:
    """The fields of the query string, each once."""
    return {name: str(value) for name, value in request.GET.items()}


@require_safe
@staff_page(policy.SEE)
def ask(request: StaffRequest) -> HttpResponse:
    """A question and its answer; without one, the first of the ready ones."""
    now, words = timezone.now(), given(request)
    query, found, refusal = PRESETS[0][1], None, None
    try:
        query = Query.parse(words) if words else query
        words = query.words()
        found = answer(request.user, query, now=now)
    except BadInput as reason:
        refusal = reason
    context = _context(request, query, words, found, now)
    if refusal is not None:
        field = "case_class" if refusal.field == "class" else str(refusal.field)
        context["form"].errors.pop(field, None)  # the form says the same in vaguer words
        refuse(context["form"], refusal, {"class": "case_class"})
    status = refusal.status if refusal is not None else 200
    return render(request, "analysis/ask.html", context, status=status)


def _context(
    request: StaffRequest, query: Query, words: dict[str, str], found: Answer | None, now: datetime
) -> dict[str, Any]:
    books = found.books if found else formulas_on(timezone.localdate(now))[1]
    form = AskForm(words, choices_of(books))
    form.is_valid()
    presets = [(label, one.text(), one == query) for label, one in PRESETS]
    saved = [(one, one.text == query.text()) for one in saved_for(request.user)[:30]]
    names = [*(one.name for one, current in saved if current), *(p[0] for p in presets if p[2])]
    context: dict[str, Any] = {
        "form": form,
        "presets": presets,
        "saved": saved,
        "name": names[0] if names else "",
        "now": now,
    }
    if found is not None:
        sheet = sheet_of(found)
        context |= {
            "answer": found,
            "sheet": sheet,
            "picture": picture_of(request.user, found, sheet),
            "query": query.text(),
            "save_form": SaveForm(auto_id="save_%s"),
            "waiting": waiting(),
            "running": found.window.until >= now,
        }
    return context


@require_safe
@staff_page(policy.SEE)
def cases(request: StaffRequest) -> HttpResponse:
    """The cases that one number counts, a page of them."""
    words = given(request)
    query = Query.parse(words)
    found = queries.behind(
        request.user,
        query,
        measure=words.get("number", ""),
        count=words.get("count", ""),
        row=words.get("row", ""),
        column=words.get("column", ""),
        other=words.get("other") == "1",
        after=id_or_none(words.get("after", "")),
        now=timezone.now(),
    )
    where = {name: words[name] for name in ("row", "column", "other") if words.get(name)}
    here = {"number": found.measure.code, **where}
    context = {
        "found": found,
        "value": found.measure.shown(found.value),
        "tabs": [
            {
                "label": base.label,
                "count": n,
                "url": f"?{query.text(**here, count=base.code)}",
                "current": base == found.base,
            }
            for base, n in found.counts
        ],
        "count": found.count,
        "more": query.text(**here, count=found.base.code, after=found.after) if found.after else "",
        "back": query.text(),
        "keep": query.text(**here, count=found.base.code),
    }
    return render(request, "analysis/cases.html", context)


@require_POST
@staff_page(policy.SEE)
def keep(request: StaffRequest) -> HttpResponse:
    """Go on with the cases of a number in the desk's list, with its filters and moves."""
    now, words = timezone.now(), given(request)
    name, ids = queries.ids_behind(
        request.user,
        Query.parse(words),
        measure=words.get("number", ""),
        count=words.get("count", ""),
        row=words.get("row", ""),
        column=words.get("column", ""),
        other=words.get("other") == "1",
        most=MOST_CASES,
        now=now,
    )
    return go_on_at_desk(request, ids, words=name, now=now)


@require_safe
@staff_page(policy.SEE)
def export(request: StaffRequest, kind: str) -> HttpResponse:
    """Exactly the table of the page, all of its rows, as CSV or Excel; in the access log."""
    if kind not in TYPES:
        raise BadInput(_("kind: choose csv or xlsx."), field="kind")
    now, query = timezone.now(), Query.parse(given(request))
    found = answer(request.user, query, now=now)
    head, rows = sheet_rows(found, sheet_of(found, whole=True))
    record(
        actor=request.user, action="analysis.exported", object_type="analysis", object_id=kind,
        now=now, detail={"question": query.text()},
    )  # fmt: skip
    name = f"analysis-{found.window.first.isoformat()}"
    return download(kind, head, rows, name=name, now=now)
