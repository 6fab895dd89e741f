"""A leader's message: text and area, who is on duty there, then it goes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.announcements import policy, rules, services
from linli.announcements.forms import MessageForm
from linli.kernel.errors import BadInput, Refused
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.MESSAGE)
def message(request: StaffRequest) -> HttpResponse:
    """`?region=` is chosen beforehand. Nothing is sent to people who were not shown."""
    now = timezone.now()
    data = request.POST.copy() if request.method == "POST" else None
    form = MessageForm(request.user, data, initial={"region": request.GET.get("region", "")[:18]})
    people, status = None, 200
    if data is not None and form.is_valid():
        given = form.cleaned_data
        try:
            if given["shown"] and data.get("step") == "send":
                sent = services.send_message(
                    actor=request.user, region_id=given["region"], text=given["text"],
                    urgent=given["urgent"], shown=given["shown"], now=now,
                )  # fmt: skip
                messages.success(request, _("Sent. Who reads and confirms it appears here."))
                return redirect("announcements:receipts", sent.pk)
        except Refused as refusal:
            refuse(form, refusal, {"audience": "region"})
            status = 422
        try:
            people = services.on_duty(actor=request.user, region_id=given["region"], now=now)
            data["shown"] = rules.fingerprint(one.user_id for one in people)
        except BadInput as refusal:
            refuse(form, refusal)
    elif data is not None:
        status = 422
    return render(request, "announcements/message.html", {"form": form, "people": people},
                  status=status)  # fmt: skip
