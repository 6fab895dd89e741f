"""Who looks after which grid: exactly one primary worker, substitutes for some days, and a
supervisor of 2 to 3 grids (R41)."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput, Refused
from linli.staff import policy
from linli.staff.models import GridDuty, Post, User
from linli.staff.models.posts import DutyRole
from linli.staff.services import hearing
from linli.territory.models import Grid

MOST_SUPERVISED = 3  # 督導員 "負責2-3個網格" (R41)


@transaction.atomic
def appoint_worker(
    *,
    actor: User,
    grid: Grid,
    post: Post,
    now: datetime,
    role: str = "primary",
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> GridDuty:
    """Give a grid to a post. A new primary worker takes over from the one before, who ends then.

    Substitutes need an end; a supervisor has at most three grids at a time. Raises NotYours,
    BadInput, Refused.
    """
    policy.require(actor, "staff.duties")
    start = valid_from or now
    if role not in DutyRole.values:
        raise BadInput(_("Choose primary worker, substitute or supervisor."), field="role")
    if role == DutyRole.SUBSTITUTE and valid_to is None:
        raise BadInput(_("Say until when the substitute stands in."), field="valid_to")
    if valid_to is not None and valid_to <= start:
        raise BadInput(
            _("The end lies before the beginning. Change one of them."), field="valid_to"
        )
    if role == DutyRole.SUPERVISOR:
        _require_few(grid, post, start, valid_to)
    if role == DutyRole.PRIMARY:
        GridDuty.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=start),
            grid=grid,
            role=DutyRole.PRIMARY,
            valid_from__lte=start,
        ).update(valid_to=start)
    try:
        with transaction.atomic():
            duty = GridDuty.objects.create(
                grid=grid, post=post, role=role, valid_from=start, valid_to=valid_to
            )
    except IntegrityError as error:
        if "staff_one_primary_worker" in str(error):
            raise Refused(
                _("Somebody else is to take over this grid later. End that appointment first."),
                field="grid",
            ) from None
        raise
    record(
        actor=actor,
        action="staff.worker_appointed",
        object_type="grid",
        object_id=grid.pk,
        now=now,
        detail={"post": post.pk, "role": role},
    )
    if role == DutyRole.PRIMARY:
        hearing.tell([grid.pk], start, now=now)
    return duty


def _require_few(grid: Grid, post: Post, start: datetime, end: datetime | None) -> None:
    """Refuse a fourth grid for a supervisor at the same time."""
    User.objects.select_for_update().get(pk=post.user_id)  # two appointments at once are counted
    held = GridDuty.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=start),
        post__user=post.user_id,
        role=DutyRole.SUPERVISOR,
    )
    if end is not None:
        held = held.filter(valid_from__lt=end)
    grids = set(held.values_list("grid_id", flat=True))
    if grid.pk in grids:
        raise Refused(_("This post supervises the grid already."), field="post")
    if len(grids) >= MOST_SUPERVISED:
        raise Refused(
            _("A supervisor has 2 to 3 grids; this person has %d. Choose another one.")
            % len(grids),
            field="post",
        )


@transaction.atomic
def end_duty(*, actor: User, duty: GridDuty, now: datetime) -> GridDuty:
    """The duty ends now. Raises NotYours."""
    policy.require(actor, "staff.duties")
    duty.valid_to = max(now, duty.valid_from)
    duty.save(update_fields=["valid_to"])
    record(
        actor=actor,
        action="staff.duty_ended",
        object_type="grid",
        object_id=duty.grid_id,
        now=now,
        detail={"post": duty.post_id, "role": duty.role},
    )
    return duty
