"""The picture of a case that was sent on, at an address that ends after some days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.cases.models import Case, CaseFile
from linli.cases.queries import cases_for
from linli.kernel.errors import NotFound
from linli.open311.models import Forward
from linli.open311.rules.kinds import ForwardState
from linli.staff.queries.acting import actor_of_post

SHOWN_FOR = timedelta(days=7)  # they fetch it when they take the report in, or soon after
_SALT = "open311.showing"


def address_of(forward: Forward, case: Case) -> str:
    """Where the newest picture of what is wrong can be fetched; "" without one, and where the site
    has no public address (LINLI_PUBLIC_ORIGIN). One query."""
    photos = CaseFile.objects.filter(case_id=case.pk, kind="photo")
    photo = photos.exclude(purpose=CaseFile.Purpose.AFTER).order_by("-number").first()
    if photo is None or not settings.PUBLIC_ORIGIN:
        return ""
    token = signing.dumps([forward.pk, forward.round, photo.number], salt=_SALT)
    return settings.PUBLIC_ORIGIN + reverse("open311:picture", args=[token])


def picture_of(token: str, *, now: datetime) -> CaseFile:
    """The picture that an address was made for, as long as the destination is to have it: it is in
    use and sends pictures, its post sees the case, nobody has given the sending up. Five queries.

    Raises NotFound, also for an address that was changed or is older than SHOWN_FOR.
    """
    try:
        forward_id, turn, number = signing.loads(token, salt=_SALT, max_age=SHOWN_FOR)
    except signing.BadSignature:
        raise _gone() from None
    forward = (
        Forward.objects.select_related("destination")
        .filter(
            pk=forward_id,
            round=turn,
            destination__active=True,
            destination__sends_photos=True,
        )
        .exclude(state=ForwardState.DROPPED)
        .first()
    )
    if forward is None:
        raise _gone()
    actor = actor_of_post(forward.destination.post_id, now=now)
    if actor is None or not cases_for(actor).filter(pk=forward.case_id).exists():
        raise _gone()
    photo = CaseFile.objects.filter(case_id=forward.case_id, number=number, kind="photo").first()
    if photo is None:
        raise _gone()
    return photo


def _gone() -> NotFound:
    return NotFound(_("There is no picture at this address any more."))
