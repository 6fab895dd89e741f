"""Posts: given, changed and ended by the security administrator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput, Refused
from linli.kernel.text import clean
from linli.staff import policy, queries
from linli.staff.models import GridDuty, Post, PostTemplate, Unit, User
from linli.staff.models.posts import DutyRole, Reach
from linli.staff.rules import NotSeparated, kind_of
from linli.staff.services import hearing
from linli.territory.models import Region


@transaction.atomic
def give_post(
    *,
    actor: User,
    user: User,
    unit: Unit,
    now: datetime,
    template: PostTemplate | None = None,
    title: str = "",
    grants: Iterable[str] | None = None,
    reach: str = "",
    region: Region | None = None,
    class_codes: Iterable[str] = (),
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Post:
    """Give a person a place in a unit. What is left out comes from the template.

    A reach over a region without one takes the unit's region.
    Raises NotYours, BadInput, UnknownGrant, NotSeparated, Refused.
    """
    policy.require(actor, "staff.posts")
    _not_oneself(actor, user)
    if user.is_system:
        raise Refused(_("The system's own account takes no post."), field="user")
    if grants is None:
        grants = template.grants if template else ()
    post = Post(
        user=user,
        unit=unit,
        template=template,
        title=clean(title or (template.name if template else ""), field="title", most=60, least=1),
        valid_from=valid_from or now,
        valid_to=valid_to,
    )
    _fill(post, grants=grants, reach=reach or (template.reach if template else ""), region=region)
    post.class_codes = _class_codes(class_codes)
    _save(post)
    record(
        actor=actor,
        action="staff.post_given",
        object_type="post",
        object_id=post.pk,
        now=now,
        detail={"user": user.pk, "unit": unit.pk, "grants": post.grants, "reach": post.reach},
    )
    return post


@transaction.atomic
def edit_post(
    *,
    actor: User,
    post: Post,
    title: str,
    grants: Iterable[str],
    reach: str,
    now: datetime,
    region: Region | None = None,
    class_codes: Iterable[str] = (),
    valid_to: datetime | None = None,
) -> Post:
    """Change what a post allows and where. It holds from the person's next request.

    Raises NotYours, BadInput, UnknownGrant, NotSeparated, Refused.
    """
    policy.require(actor, "staff.posts")
    _not_oneself(actor, post.user)
    before = {"grants": post.grants, "reach": post.reach, "region": post.region_id}
    ends = {post.valid_to, valid_to}
    post.title = clean(title, field="title", most=60, least=1)
    post.valid_to = valid_to
    _fill(post, grants=grants, reach=reach, region=region)
    post.class_codes = _class_codes(class_codes)
    _save(post)
    after = {"grants": post.grants, "reach": post.reach, "region": post.region_id}
    record(
        actor=actor,
        action="staff.post_edited",
        object_type="post",
        object_id=post.pk,
        now=now,
        detail={"before": before, "after": after, "class_codes": post.class_codes},
    )
    if len(ends) > 1:
        grids = post.duties.filter(role=DutyRole.PRIMARY).values_list("grid_id", flat=True)
        hearing.tell(set(grids), min(end for end in ends if end is not None), now=now)
    return post


@transaction.atomic
def extend_posts(*, actor: User, template: PostTemplate, grant: str, now: datetime) -> int:
    """Give one grant of a role to the posts of the role held at `now` that lack it.

    For grants that came with a new version: posts follow their role only when told to. Posts of
    the actor and posts that have become another kind of duty are left out. Returns how many posts
    changed. Raises NotYours, BadInput.
    """
    policy.require(actor, "staff.posts")
    if grant not in template.grants:
        raise BadInput(
            _("The role does not have this permission. Add it to the role and save it first."),
            field="grant",
        )
    rows = queries.posts_lacking(template, grant, now=now).exclude(user_id=actor.pk)
    posts = list(rows.select_for_update(of=("self",)))
    for post in posts:
        before, post.grants = post.grants, sorted({*post.grants, grant})
        record(
            actor=actor,
            action="staff.post_edited",
            object_type="post",
            object_id=post.pk,
            now=now,
            detail={"before": {"grants": before}, "after": {"grants": post.grants}},
        )
    Post.objects.bulk_update(posts, ["grants"], batch_size=500)
    return len(posts)


@transaction.atomic
def end_post(*, actor: User, post: Post, now: datetime) -> Post:
    """The post ends now, and with it its duties and tokens. Raises NotYours, Refused."""
    policy.require(actor, "staff.posts")
    _not_oneself(actor, post.user)
    post.valid_to = max(now, post.valid_from)
    post.save(update_fields=["valid_to"])
    open_duties = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    GridDuty.objects.filter(open_duties, post=post, valid_from__lte=now).update(valid_to=now)
    GridDuty.objects.filter(post=post, valid_from__gt=now).delete()
    post.tokens.filter(revoked_at__isnull=True).update(revoked_at=now)
    record(actor=actor, action="staff.post_ended", object_type="post", object_id=post.pk, now=now)
    return post


def _fill(post: Post, *, grants: Iterable[str], reach: str, region: Region | None) -> None:
    if reach not in Reach.values:
        raise BadInput(_("Choose how far the post reaches."), field="reach")
    post.grants = sorted(set(grants))
    post.reach = reach
    if reach == Reach.REGION:
        post.region = region or post.unit.region
        if post.region is None:
            raise BadInput(
                _("The unit has no region. Choose the region this post reaches over."),
                field="region",
            )
    else:
        post.region = region
    kind = kind_of(post.grants)
    others = Post.objects.filter(user_id=post.user_id).exclude(pk=post.pk).exclude(kind="common")
    if post.valid_to is not None:
        others = others.filter(valid_from__lt=post.valid_to)
    others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=post.valid_from))
    if kind != "common" and others.exclude(kind=kind).exists():
        raise _not_separated(post)


def _class_codes(codes: Iterable[str]) -> list[str]:
    found = sorted({clean(code, field="class_codes", most=20, least=1) for code in codes})
    for code in found:
        if not code.isalnum():
            raise BadInput(
                _("“%s” is not the beginning of a class code.") % code, field="class_codes"
            )
    return found


def _save(post: Post) -> None:
    if post.valid_to is not None and post.valid_to < post.valid_from:
        raise BadInput(
            _("The end lies before the beginning. Change one of them."), field="valid_to"
        )
    try:
        with transaction.atomic():
            post.save()
    except IntegrityError as error:  # somebody else gave another post just now
        if "staff_separate_duties" in str(error):
            raise _not_separated(post) from None
        raise
    post.refresh_from_db(fields=["kind"])


def _not_separated(post: Post) -> NotSeparated:
    return NotSeparated(
        _(
            "%(name)s holds a post of another duty. System, security and audit administrators and "
            "those who work on cases must be different people: end the other post first, or choose "
            "another person."
        )
        % {"name": post.user.name},
        field="user",
    )


def _not_oneself(actor: User, user: User) -> None:
    if actor.pk == user.pk:
        raise Refused(
            _("You cannot change your own posts. Ask another security administrator."),
            field="user",
        )
