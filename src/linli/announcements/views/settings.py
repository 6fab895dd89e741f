"""What the city decides about announcements."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.announcements import policy, queries, services
from linli.announcements.forms import SettingsForm
from linli.kernel.errors import Refused
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.SETTINGS)
def settings(request: StaffRequest) -> HttpResponse:
    """Approval, letters, reminders."""
    initial = SettingsForm.initial_of(queries.settings_now())
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_settings(actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("announcements:settings")
    status = 422 if request.method == "POST" else 200
    return render(request, "announcements/settings.html", {"form": form}, status=status)
