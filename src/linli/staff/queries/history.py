"""A history of deeds in words: cards, sheets of appraisal, whatever people do from a post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from linli.staff.models import Post, User


class Event(Protocol):
    """What a package keeps of a deed: of a person on a post, or (neither) of the system."""

    deed: str
    at: datetime
    words: str

    @property
    def actor(self) -> User | None: ...

    @property
    def post(self) -> Post | None: ...


@dataclass(frozen=True)
class Line:
    """A line of the history, as `kit/story.html` draws it."""

    icon: str
    title: str
    who: str
    post: str
    at: datetime
    text: str
    badge: str
    quiet: bool


def line_of(
    event: Event,
    *,
    icons: Mapping[str, str],
    deeds: Mapping[str, str | Promise],
    happened: Mapping[str, str | Promise],
    badge: str | Promise,
) -> Line:
    """The line of an event: `deeds` are said of people, `happened` quietly. No query with the post
    and its unit at hand."""
    person, post = event.actor, event.post
    return Line(
        icon=icons.get(event.deed, "point"),
        title=str(deeds[event.deed] if event.deed in deeds else happened[event.deed]),
        who=str(person) if person else _("System"),
        post=f"{post.unit.label} {post.label}" if post else "",
        at=event.at,
        text=event.words,
        badge=str(badge),
        quiet=event.deed in happened,
    )
