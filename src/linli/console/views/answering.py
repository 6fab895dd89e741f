"""What every page of the console does: a form tried, a register listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.console.rules.tables import Table
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused
from linli.staff.web import StaffRequest


class Action(NamedTuple):
    """A link at the head of a page."""

    label: str
    url: str
    icon: str = ""
    main: bool = False


def try_form(
    request: StaffRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], str | HttpResponse],
    *,
    done: str = "",
) -> HttpResponse | None:
    """The answer to a form that was sent and taken: where `act` leads. None: show it (again).

    A refusal becomes an error at its field.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        answer = act(form.cleaned_data)
    except (NotYours, NotFound) as refusal:
        if isinstance(refusal, NotFound) and refusal.field in form.fields:
            form.add_error(refusal.field, str(refusal))
            return None
        raise
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None
    if isinstance(answer, HttpResponse):
        return answer
    messages.success(request, done or _("Saved."))
    return redirect(answer)


def form_page(
    request: StaffRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], str | HttpResponse],
    *,
    title: str,
    back: str,
    button: str = "",
    done: str = "",
    template: str = "console/form.html",
    **context: Any,
) -> HttpResponse:
    """A page with one form: 200 to fill in, 422 with errors at their fields, on when it is taken.

    `context` may carry `history`, `note`, `text`, `actions`, `multipart`.
    """
    answer = try_form(request, form, act, done=done)
    if answer is not None:
        return answer
    shown = {
        "form": form,
        "title": title,
        "back": back,
        "button": button or _("Save"),
        **context,
    }
    return render(request, template, shown, status=422 if form.errors else 200)


def list_page(
    request: StaffRequest,
    table: Table,
    *,
    title: str,
    form: forms.Form | None = None,
    actions: list[Action] | None = None,
    template: str = "console/list.html",
    **context: Any,
) -> HttpResponse:
    """A register: what narrows it, its rows, what may be added."""
    shown = {
        "title": title,
        "table": table,
        "form": form,
        "actions": actions or [],
        **context,
    }
    return render(request, template, shown)


def post_answer(
    request: StaffRequest, act: Callable[[], object], *, done: str = "", to: str
) -> HttpResponse:
    """A button without a form: done, or said why not, on the page it came from.

    Words that `act` returns take the place of `done`.
    """
    try:
        words = act()
    except (NotYours, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words if isinstance(words, str) else done)
    return redirect(to)


def asked(form: forms.Form) -> Mapping[str, Any]:
    """The values of a filter form; a field that cannot be read does not narrow."""
    form.is_valid()
    return {name: form.cleaned_data.get(name) for name in form.fields}


def day_of(request: StaffRequest, name: str = "on") -> date:
    """The day a page is asked about; today. Raises BadInput."""
    text = request.GET.get(name, "")
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(_("Write the day as 2026-03-01."), field=name) from None


def moment_of(on: date) -> datetime:
    """Now for today; the end of any other day, for what is kept by the second."""
    now = timezone.now()
    if on == timezone.localdate(now):
        return now
    return datetime.combine(on, time.max, timezone.get_current_timezone())


def number_of(request: StaffRequest, name: str) -> int | None:
    """A whole number of the query string; None if there is none. Raises BadInput."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise BadInput(_("%s must be a number.") % name, field=name)
    return int(text)


def older(request: StaffRequest, token: str | None) -> str:
    """The query string of the next page; empty at the end."""
    if token is None:
        return ""
    params = request.GET.copy()
    params["cursor"] = token
    return f"?{params.urlencode()}"
