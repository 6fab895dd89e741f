"""The door for devices and gateways over HTTP."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from linli.kernel.doors import bounded_body
from linli.kernel.errors import BadInput
from linli.sensors.rules.incoming import MOST_BYTES
from linli.sensors.services import senders
from linli.staff.web import public_page


@csrf_exempt
@require_POST
@public_page
def readings(request: HttpRequest) -> JsonResponse:
    """Readings of one sender; those that cannot be taken are named one by one. 422 if none was."""
    refusal = BadInput(
        _("The message is larger than %(most)d kB. Send fewer readings at once.")
        % {"most": MOST_BYTES // 1024},
        field="body",
    )
    refusal.status = 413
    body = bounded_body(request, most=MOST_BYTES, too_large=refusal)
    taken = senders.receive(headers=request.headers, body=body, now=timezone.now())
    faults = [
        {"index": one.number, "device": one.code, "title": one.sentence} for one in taken.faults
    ]
    answer = {"new": taken.new, "known": taken.known, "refused": faults}
    status = 422 if faults and not taken.new + taken.known else 200
    return JsonResponse(answer, status=status)
