"""One routing rule of a draft: written, changed, moved, removed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linli.console.forms.routing import RuleForm
from linli.console.queries import routing as queries
from linli.console.rules import areas
from linli.console.views.answering import form_page, post_answer
from linli.kernel.errors import NotYours
from linli.routing import policy, services
from linli.routing import queries as routing
from linli.staff.web import StaffRequest, staff_page
from linli.territory.queries.inside import whole_box


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.EDIT)
def add_rule(request: StaffRequest, set_id: int) -> HttpResponse:
    """A further rule of a draft."""
    routing.rule_set_for(set_id)
    return _page(request, set_id, None, {"target": "unit"}, title=_("Add a rule"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.RULES)
def rule(request: StaffRequest, set_id: int, rule_id: int) -> HttpResponse:
    """A rule, to read; in a draft, for those who write rules, to change."""
    found = routing.rule_for(set_id, rule_id)
    title = _("Rule %(position)d: %(name)s") % {"position": found.position, "name": found.label}
    locked = found.rule_set.state != "draft" or not policy.may_edit(request.user)
    if locked and request.method == "POST":
        raise NotYours(_("A published version is never changed. Begin a new draft from it."))
    initial = queries.initial_of(found)
    return _page(request, set_id, rule_id, initial, title=title, locked=locked)


def _page(
    request: StaffRequest,
    set_id: int,
    rule_id: int | None,
    initial: dict[str, Any],
    *,
    title: str,
    locked: bool = False,
) -> HttpResponse:
    back = reverse("console:rule_set", args=[set_id])
    form = RuleForm(request.POST or None, initial=initial)
    for field in form.fields.values():
        field.disabled = locked

    def act(data: dict[str, Any]) -> str:
        services.save_rule(
            actor=request.user,
            now=timezone.now(),
            set_id=set_id,
            rule_id=rule_id,
            when=form.when(),
            effect=form.effect(),
            **{name: data[name] for name in ("name", "name_en", "note", "position")},
        )
        return back

    return form_page(
        request,
        form,
        act,
        title=title,
        back=back,
        template="console/rule.html",
        locked=locked,
        bounds=whole_box(on=timezone.localdate()),
        conditions=[form[name] for name in RuleForm.CONDITIONS],
        effects=[form[name] for name in RuleForm.EFFECTS],
    )


@require_POST
@staff_page(policy.EDIT)
def move_rule(request: StaffRequest, set_id: int, rule_id: int) -> HttpResponse:
    """Put a rule at another place in the order."""
    text = request.POST.get("position", "")
    position = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return post_answer(
        request,
        lambda: services.move_rule(
            actor=request.user,
            now=timezone.now(),
            set_id=set_id,
            rule_id=rule_id,
            position=position,
        ),
        done=_("The order is changed."),
        to=reverse("console:rule_set", args=[set_id]),
    )


@require_POST
@staff_page(policy.EDIT)
def remove_rule(request: StaffRequest, set_id: int, rule_id: int) -> HttpResponse:
    """Take a rule out of a draft."""
    return post_answer(
        request,
        lambda: services.remove_rule(
            actor=request.user, now=timezone.now(), set_id=set_id, rule_id=rule_id
        ),
        done=_("The rule is removed."),
        to=reverse("console:rule_set", args=[set_id]),
    )
