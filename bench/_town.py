"""What the doors need of the city: places, classes, keys, sessions, cases to join."""

from __future__ import annotations

import random
import time

from bench import _city
from bench._doors import Here

TARGETS = 8


def here() -> Here:
    """Found the small city and let everybody in whom a door needs. Django is set up."""
    from django.utils import timezone

    from linli.catalogue import queries as catalogue
    from linli.staff.models import Post
    from linli.territory.models import GridVersion

    now, today = timezone.now(), timezone.localdate()
    _city.found(now=now, size=_city.SMALL)
    posts = {
        "operator": Post.objects.get(user=_city.user("streetoperator")),
        "worker": Post.objects.get(user=_city.user("streetworker")),
    }
    places = []
    for version in GridVersion.objects.filter(grid__in=posts["worker"].duties.values("grid")):
        west, south, east, north = version.outline.extent
        for _ in range(40):
            x, y = random.uniform(0.05, 0.95), random.uniform(0.05, 0.95)
            places.append((west + (east - west) * x, south + (north - south) * y))
    book = catalogue.current()
    codes = [c.code for c in book.classes(on=today, kind="event", public=True)]
    found = Here(now, places, codes)
    found.tokens = {"operator": _token(posts["operator"]), "open311": _token(posts["worker"])}
    found.sessions = {name: [session_of(post) for _ in range(4)] for name, post in posts.items()}
    found.targets = [_case(found, posts["operator"]) for _ in range(TARGETS)]
    return found


def _token(post: object) -> str:
    from django.utils import timezone

    from linli.staff.models import Post
    from linli.staff.services import issue_token

    assert isinstance(post, Post)
    return issue_token(
        actor=post.user, post=post, name="doors", grants=post.grants, now=timezone.now()
    ).secret


def session_of(post: object) -> str:
    """A session as signing in makes it; its key."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from linli.kernel.sessions import SessionStore
    from linli.staff.models import Post

    assert isinstance(post, Post)
    store = SessionStore()
    store[SESSION_KEY] = str(post.user_id)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = post.user.get_session_auth_hash()
    store["linli_seen_at"] = int(time.time())
    store.create()
    assert store.session_key
    return store.session_key


def _case(here: Here, post: object) -> str:
    """A case that further reports may join."""
    from linli.cases.rules.inputs import Place
    from linli.cases.services import report
    from linli.staff.models import Post

    assert isinstance(post, Post)
    lon, lat = here.place()
    filed = report(
        description="护栏缺失", now=here.now, channel="hotline", place=Place(lon, lat),
        case_class=random.choice(list(here.codes)), actor=post.user,
    )  # fmt: skip
    return filed.case.number
