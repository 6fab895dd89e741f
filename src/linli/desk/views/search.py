"""One search box: number, address, words, class."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.cases import queries, rules
from linli.cases.queries import choosing
from linli.cases.rules.filters import CaseFilter
from linli.desk.queries import choices
from linli.desk.queries.listing import listing
from linli.desk.rules.columns import USUAL
from linli.kernel import versions
from linli.kernel.errors import NotFound
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("cases.see")
@versions.learned_once
def search(request: StaffRequest) -> HttpResponse:
    """Straight to the case on an exact number, else what fits: cases, classes, places."""
    q = request.GET.get("q", "").strip()[:100]
    context: dict[str, object] = {"q": q, "now": timezone.now()}
    if rules.parse_case_number(q):
        try:
            return redirect("desk:case", queries.case_for(request.user, q).number)
        except NotFound as refusal:
            context["refusal"] = str(refusal)
            return render(request, "desk/search.html", context)
    if _like_a_number(q):
        context["refusal"] = _(
            "“%(number)s” looks like a case number, but its check digit is wrong. "
            "Compare it digit by digit."
        ) % {"number": q}
    elif q:
        context["listing"] = listing(
            request.user, CaseFilter(words=q), list(USUAL), now=timezone.now()
        )
        context["search_query"] = urlencode({"q": q})
        context["classes"] = choosing.find_classes(q, most=12)
        context["places"] = choices.find_places(q)[:8]
    return render(request, "desk/search.html", context)


def _like_a_number(text: str) -> bool:
    digits = [c for c in text if c not in "- \u3000\u2010\u2011\u2012\u2013\u2014"]
    return len(digits) >= 12 and all(c.isascii() and c.isdigit() for c in digits)
