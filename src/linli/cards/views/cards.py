"""Cards: the list, one card with its deeds, its sheet, and a card by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.cards import policy
from linli.cards.forms import CardFilter, GiveForm, WordsForm
from linli.cards.queries import cards as queries
from linli.cards.queries.units import unit_choices
from linli.cards.rules.states import DEEDS, REVIEWS
from linli.cards.services import answering, deciding
from linli.cards.views.answering import Words, done, file_answer, status_of, tab_of, tabs_of
from linli.cases import queries as cases
from linli.kernel.errors import NotFound
from linli.kernel.web import page_after
from linli.staff.web import StaffRequest, staff_page

PAGE = 50
MOST_IN_FILE = 20_000
TABS: dict[str, Words] = {
    "proposed": pgettext_lazy("cards", "Proposed"),
    "open": pgettext_lazy("cards", "Issued, still open"),
    "standing": pgettext_lazy("cards", "All that stand"),
    "ended": pgettext_lazy("cards", "Decided"),
    "all": gettext_lazy("All"),
}
_SERVICES: dict[str, Any] = {
    "issue": deciding.issue_card,
    "drop": deciding.drop_card,
    "withdraw": deciding.withdraw_card,
    "reply": answering.reply_to_card,
    "appeal": answering.appeal_card,
}
_LABELS: dict[str, Words] = {
    "issue": gettext_lazy("Reason, as the unit reads it"),
    "drop": gettext_lazy("Why no card"),
    "withdraw": gettext_lazy("Why it is taken back"),
    "reply": gettext_lazy("Reply of the unit"),
    "appeal": gettext_lazy("Why the card is wrong"),
    "uphold": gettext_lazy("Reasons"),
    "lift": gettext_lazy("Reasons"),
}


def _asked(request: StaffRequest) -> tuple[CardFilter, str, Any]:
    """The filter, the tab and the cards of a list."""
    form = CardFilter(unit_choices(), request.GET or None)
    tab = tab_of(request, TABS)
    data = form.cleaned_data if form.is_valid() else {}
    wanted = {
        "unit_id": data.get("unit"), "level": data.get("level", ""),
        "since": data.get("since"), "until": data.get("until"),
    }  # fmt: skip
    return form, tab, queries.cards_for(request.user, tab=tab, **wanted)


@require_safe
@staff_page(policy.GRANT_SEE)
def cards(request: StaffRequest) -> HttpResponse:
    """The cards one sees, by where they are; newest first."""
    form, tab, rows = _asked(request)
    page = page_after(
        rows,
        keys=("proposed_at", "case_id", "number"),
        cursor=request.GET.get("cursor"),
        size=PAGE,
    )
    counts = queries.counts_for(request.user)
    context = {
        "form": form, "page": page, "tabs": tabs_of(TABS, tab, counts), "tab": tab,
        "file_query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "cards/cards.html", context)


@require_safe
@staff_page(policy.GRANT_SEE)
def cards_file(request: StaffRequest) -> HttpResponse:
    """The list as a file."""
    _form, _tab, rows = _asked(request)
    head = (
        _("Case"),
        _("Card"),
        pgettext("card", "Unit"),
        _("Level"),
        _("Points"),
        pgettext("card", "Reason"),
        _("State"),
        _("Proposed at"),
        _("Issued at"),
    )
    lines = (
        (
            one.case.number, one.number, one.unit.label, one.get_level_display(),
            one.points if one.stands else 0, queries.ground_words(one), one.get_state_display(),
            _moment(one.proposed_at), _moment(one.issued_at),
        )
        for one in rows[:MOST_IN_FILE]
    )  # fmt: skip
    return file_answer(request, "cards", head, lines)


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


@require_safe
@staff_page(policy.GRANT_SEE)
def card(request: StaffRequest, number: str, card_number: int) -> HttpResponse:
    """One card: what for, what happened, and what this person may do."""
    return _page(request, queries.card_for(request.user, number, card_number))


@require_safe
@staff_page(policy.GRANT_SEE)
def sheet(request: StaffRequest, number: str, card_number: int) -> HttpResponse:
    """The card on paper."""
    found = queries.card_for(request.user, number, card_number)
    history = queries.history_of(found)
    context = {"card": found, "entries": queries.entries_of(history),
               "ground": queries.ground_words(found)}  # fmt: skip
    return render(request, "cards/sheet.html", context)


@require_POST
@staff_page((policy.GRANT_ISSUE, policy.GRANT_ANSWER, policy.GRANT_REVIEW))
def act(request: StaffRequest, number: str, card_number: int, deed: str) -> HttpResponse:
    """One deed of the table; a refusal comes back with what was typed."""
    if deed not in DEEDS:
        raise NotFound(_("There is no such step for a card."))
    found = queries.card_for(request.user, number, card_number)
    form = WordsForm(_LABELS[deed], request.POST, prefix=deed)
    given = {"actor": request.user, "case_id": found.case_id, "number": card_number}
    if deed in REVIEWS:
        ok = done(form, answering.review_card, verdict=deed, **given)
    else:
        ok = done(form, _SERVICES[deed], **given)
    if ok:
        messages.success(request, _("“%(deed)s” done.") % {"deed": DEEDS[deed].label})
        return redirect("cards:card", number, card_number)
    return _page(request, found, form, deed)


def _page(
    request: StaffRequest, card: Any, sent: WordsForm | None = None, deed: str = ""
) -> HttpResponse:
    history = queries.history_of(card)
    deeds = policy.deeds_for(request.user, card, history)
    forms = [
        {
            "deed": name,
            "label": DEEDS[name].label,
            "icon": queries.ICONS[name],
            "grave": name in ("withdraw", "drop"),
            "open": name == deed,
            "form": sent if name == deed else WordsForm(_LABELS[name], prefix=name),
        }
        for name in deeds
    ]
    context = {
        "card": card,
        "ground": queries.ground_words(card),
        "entries": queries.entries_of(history),
        "deeds": forms,
        "refused": sent if sent is not None and deed not in deeds else None,
        "sees_case": queries.sees_case(request.user, card.case_id),
        "now": timezone.now(),
    }
    return render(request, "cards/card.html", context, status=status_of(sent))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_ISSUE)
def give(request: StaffRequest, number: str) -> HttpResponse:
    """A card by hand on the unit that has the case."""
    case = cases.case_for(request.user, number)
    form = GiveForm(request.POST or None)
    if request.method == "POST" and done(
        form, deciding.give_card, actor=request.user, case_id=case.pk
    ):
        messages.success(request, _("The card was issued."))
        return redirect("cards:cards")
    context = {"form": form, "case": case}
    return render(request, "cards/give.html", context, status=status_of(form))
