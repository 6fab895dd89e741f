"""Rows to test with: plain functions with sensible defaults, unique where they must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from linli.staff.models import GridDuty, Post, Unit, User
from linli.territory.models import Grid, Region
from tests.conftest import NOW

PASSWORD = "Long-Enough-2026"
_numbers = count(1)


def make_user(username: str = "", *, name: str = "", password: str = "", **values: Any) -> User:
    """An account. Without `password` nobody can sign in with it, and no time is spent hashing."""
    user = _new_user(username, name, password, **values)
    user.save()
    return user


def _new_user(username: str = "", name: str = "", password: str = "", **values: Any) -> User:
    number = next(_numbers)
    user = User(username=username or f"user{number}", name=name or f"员工{number}", **values)
    user.set_password(password or None)
    return user


def make_region(
    tier: str = "district", *, parent: Region | None = None, code: str = "", name: str = ""
) -> Region:
    """A division with a code of its own."""
    number = next(_numbers)
    return Region.objects.create(
        code=code or f"9{number:011d}",
        name=name or f"区划{number}",
        tier=tier,
        parent=parent,
        valid_from=date(2020, 1, 1),
    )


def make_grid(community: Region | None = None, **values: Any) -> Grid:
    """A grid without an outline."""
    number = next(_numbers)
    values = {"code": f"G{number:08d}", "name": f"网格{number}", **values}
    return Grid.objects.create(
        community=community or make_region("community"), valid_from=date(2020, 1, 1), **values
    )


def make_unit(
    kind: str = "centre",
    *,
    parent: Unit | None = None,
    region: Region | None = None,
    name: str = "",
    **values: Any,
) -> Unit:
    """A unit with a code of its own."""
    number = next(_numbers)
    return Unit.objects.create(
        kind=kind,
        parent=parent,
        region=region,
        name=name or f"单位{number}",
        **{"code": f"U{number:06d}", **values},
    )


def make_post(
    *grants: str,
    user: User | None = None,
    unit: Unit | None = None,
    region: Region | None = None,
    reach: str = "",
    title: str = "岗位",
    grids: Iterable[Grid] = (),
    valid_from: datetime = NOW - timedelta(days=30),
    **values: Any,
) -> Post:
    """A post since 30 days before NOW. Its reach follows what is given: grids, region or unit."""
    grids = list(grids)
    unit = unit or make_unit(region=region)
    post = Post.objects.create(
        user=user or make_user(),
        unit=unit,
        region=region,
        reach=reach or ("grids" if grids else "region" if region else "unit"),
        title=title,
        grants=list(grants),
        valid_from=valid_from,
        **values,
    )
    _look_after(post, grids)
    return post


class Wanted(NamedTuple):
    """A post to make with a person of its own, as `make_post` makes it."""

    grants: tuple[str, ...]
    unit: Unit
    region: Region | None = None
    grids: tuple[Grid, ...] = ()


def make_posts(wanted: Mapping[str, Wanted]) -> dict[str, Post]:
    """Many at once: two statements, and one for each post with grids."""
    since = NOW - timedelta(days=30)
    posts = {
        name: Post(
            user=_new_user(), unit=one.unit, region=one.region, title="岗位",
            reach="grids" if one.grids else "region" if one.region else "unit",
            grants=list(one.grants), valid_from=since,
        )
        for name, one in wanted.items()
    }  # fmt: skip
    User.objects.bulk_create(post.user for post in posts.values())
    Post.objects.bulk_create(posts.values())
    for name, one in wanted.items():
        _look_after(posts[name], one.grids)
    return posts


def _look_after(post: Post, grids: Iterable[Grid]) -> None:
    GridDuty.objects.bulk_create(
        GridDuty(grid=grid, post=post, role="primary", valid_from=post.valid_from) for grid in grids
    )
