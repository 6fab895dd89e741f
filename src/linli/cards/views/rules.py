"""The rules of cards: read by those who see cards, added and ended by those who set them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.cards import policy
from linli.cards.forms import EndForm, RuleForm
from linli.cards.queries.cards import rules_newest
from linli.cards.rules.states import APPEAL_DAYS, REPLY_DAYS
from linli.cards.services.ruling import add_rule, end_rule
from linli.cards.views.answering import done, status_of
from linli.kernel.errors import NotFound
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page((policy.GRANT_RULES, policy.GRANT_SEE))
def rules(request: StaffRequest) -> HttpResponse:
    """Every rule with its days."""
    context = {
        "rows": rules_newest(), "today": timezone.localdate(), "reply_days": REPLY_DAYS,
        "appeal_days": APPEAL_DAYS, "may": request.user.has_grant(policy.GRANT_RULES),
    }  # fmt: skip
    return render(request, "cards/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_RULES)
def add(request: StaffRequest) -> HttpResponse:
    """A new rule."""
    form = RuleForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and done(form, add_rule, actor=request.user):
        messages.success(request, _("The rule was added."))
        return redirect("cards:rules")
    context = {"form": form, "title": _("New rule of cards"), "button": _("Add the rule")}
    return render(request, "cards/rule.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_RULES)
def end(request: StaffRequest, rule_id: int) -> HttpResponse:
    """The last day of a rule."""
    rule = next((one for one in rules_newest() if one.pk == rule_id), None)
    if rule is None:
        raise NotFound(_("There is no such rule."))
    form = EndForm(request.POST or None, initial={"last_on": timezone.localdate()})
    if request.method == "POST" and done(form, end_rule, actor=request.user, rule_id=rule_id):
        messages.success(request, _("The rule ends on that day."))
        return redirect("cards:rules")
    title = _("End “%(name)s”") % {"name": rule.name}
    context = {"form": form, "title": title, "button": _("End the rule")}
    return render(request, "cards/rule.html", context, status=status_of(form))
