"""What the views share: a form to a service, tabs, and what is shown as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import Promise

from linli.audit.services import record
from linli.kernel.cells import csv_bytes
from linli.kernel.errors import NotFound, Refused
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest

Words = str | Promise


def done(form: forms.Form, act: Callable[..., object], **given: Any) -> bool:
    """Whether the form was valid and the service did it; a refusal is noted in the form."""
    if not form.is_valid():
        return False
    try:
        act(**given, **form.cleaned_data, now=timezone.now())
    except NotFound:
        raise
    except Refused as refusal:
        refuse(form, refusal)
        return False
    return True


def status_of(form: forms.Form | None) -> int:
    """422 for a form that was sent and refused."""
    return 422 if form is not None and form.is_bound and form.errors else 200


def tabs_of(
    names: Mapping[str, Words], current: str, counts: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """Tabs as `kit/tabs.html` takes them."""
    return [
        {
            "label": label,
            "url": f"?tab={name}",
            "count": counts.get(name) if counts else None,
            "current": name == current,
        }
        for name, label in names.items()
    ]


def tab_of(request: StaffRequest, names: Mapping[str, object]) -> str:
    """The tab that the address names, else the first."""
    tab = request.GET.get("tab", "")
    return tab if tab in names else next(iter(names))


def file_answer(
    request: StaffRequest, name: str, head: Sequence[Words], rows: Iterable[Sequence[object]]
) -> HttpResponse:
    """Exactly what is shown, as CSV; written to the access log."""
    now = timezone.now()
    record(
        actor=request.user, action="cards.exported", object_type="list", object_id=name, now=now,
        detail={key: value[:60] for key, value in request.GET.items()},
    )  # fmt: skip
    answer = HttpResponse(csv_bytes(head, rows), content_type="text/csv; charset=utf-8")
    stamp = timezone.localtime(now).strftime("%Y%m%d-%H%M")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.csv"'
    return answer
