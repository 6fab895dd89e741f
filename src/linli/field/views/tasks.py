"""My tasks, and one of them: look, decide, send, on to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.cases import policy, queries, rules, services
from linli.cases.queries import reading
from linli.cases.rules.inputs import Place
from linli.catalogue import queries as catalogue
from linli.components import queries as components
from linli.components.rules import text_of
from linli.field.apps import OUTDOORS
from linli.field.forms import FORMS, FieldForm
from linli.field.queries import tasks as task_queries
from linli.field.views.uploads import with_files
from linli.kernel.errors import BadInput, Refused, Stale
from linli.staff.web import StaffRequest, staff_page

if TYPE_CHECKING:
    from linli.cases.models import Case


@require_safe
@staff_page(OUTDOORS)
def tasks(request: StaffRequest) -> HttpResponse:
    """What waits on site, nearest first where the phone says where it is, else due first."""
    now = timezone.now()
    here = here_of(request)
    context = {
        "tasks": task_queries.tasks_for(request.user, now=now, here=here),
        "here": here,
        "now": now,
    }
    if request.htmx and request.htmx.target == "tasks":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "field/tasks.html#tasks", context)
    return render(request, "field/tasks.html", context)


def here_of(request: HttpRequest) -> Place | None:
    """The position in the query string; nothing for none or nonsense. It is kept nowhere (P6)."""
    try:
        return Place(float(request.GET.get("lon", "")), float(request.GET.get("lat", "")))
    except (ValueError, BadInput):
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(("cases.verify", "cases.check"))
def task(request: StaffRequest, number: str) -> HttpResponse:
    """One task with its form; a POST makes the move and leads to the next task."""
    case = queries.case_for(request.user, number)
    move = task_queries.move_of(case)
    if request.method != "POST":
        if move not in policy.moves_for(request.user, case):
            return redirect("field:case", case.number)
        return _page(request, case, move, FORMS[move](seen=case.event_count))
    sent = request.POST.get("move", "")
    if sent not in FORMS:
        raise BadInput(_("move is one of verify and check."), field="move")
    return _make(request, case, sent)


def _make(request: StaffRequest, case: Case, move: str) -> HttpResponse:
    now, status = timezone.now(), 422
    form: FieldForm
    try:
        form = FORMS[move](with_files(request, "files"))
    except Refused as refusal:  # a photo that is none
        form = FORMS[move](request.POST.copy())
        form.is_valid()
        form.file_errors = [str(refusal)]
        return _page(request, case, move, form, status=status)
    if form.is_valid():
        try:
            services.perform(
                move,
                case_id=case.pk,
                actor=request.user,
                now=now,
                seen=form.cleaned_data.get("seen"),
                **form.values(),
            )
        except Stale as refusal:
            data = with_files(request)
            data.setlist("files", form.uploads())
            data["seen"] = str(case.event_count)  # the next try is made in the light of this
            form, status = FORMS[move](data), 409
            form.is_valid()
            form.refuse(refusal)
        except Refused as refusal:
            form.refuse(refusal)
            status = 409 if refusal.status == 409 else 422
        else:
            return _next(request, case, move)
    return _page(request, case, move, form, status=status)


def _next(request: StaffRequest, case: Case, move: str) -> HttpResponse:
    done = {"move": rules.MOVES[move].label, "number": case.number}
    following = task_queries.next_after(request.user, case, now=timezone.now())
    if following is None:
        messages.success(request, _("“%(move)s” done: %(number)s. No more tasks.") % done)
        return redirect("field:tasks")
    messages.success(
        request, _("“%(move)s” done: %(number)s. This is the next task near by.") % done
    )
    return redirect("field:task", following.case.number)


def _page(
    request: StaffRequest, case: Case, move: str, form: FieldForm, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = task_context(case) | {"move": move, "form": form}
    context["upload_url"] = reverse("files:upload")
    context["closed"] = move not in policy.moves_for(request.user, case)
    return render(request, "field/task.html", context, status=status)


def task_context(case: Case) -> dict[str, Any]:
    """What somebody has to know before they look: photos, and what the class asks. One query."""
    files = [f for f in queries.files_of(case) if f.kind == "photo"]
    before = [f for f in files if f.purpose in ("report", "before", "verify")]
    after = [f for f in files if f.purpose == "after"]
    conditions = []
    if case.condition is not None:
        conditions = [case.condition]
    elif case.case_class is not None:
        conditions = catalogue.conditions_for(case.case_class)
    return {
        "case": case,
        "now": timezone.now(),
        "before": [reading.photo_of(case, f) for f in before],
        "after": [reading.photo_of(case, f) for f in after],
        "newest_after": reading.photo_of(case, after[-1]) if after else None,
        "conditions": conditions,
        "thing": _thing(case),
    }


def _thing(case: Case) -> str:
    """Which component it is about, by class and code, as its label says. No query."""
    code = case.component_code
    return f"{components.class_label(code)} {text_of(code)}" if code is not None else ""
