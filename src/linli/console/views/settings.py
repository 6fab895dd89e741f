"""The numbers of cases."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.cases import queries, services
from linli.console.forms.classes import SettingsForm
from linli.console.queries.history import log_history
from linli.console.rules import areas
from linli.console.views.answering import form_page
from linli.staff.web import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.SETTINGS)
def settings(request: StaffRequest) -> HttpResponse:
    """Distances, windows and days; and who set them before."""
    row = queries.settings()

    def act(data: dict[str, Any]) -> str:
        services.change_settings(actor=request.user, now=timezone.now(), **data)
        return reverse("console:settings")

    form = SettingsForm(request.POST or None)
    form.initial = {name: getattr(row, name) for name in form.fields}
    return form_page(
        request,
        form,
        act,
        title=_("Case settings"),
        back=reverse("console:overview"),
        history=log_history("case_settings", 1),
    )
