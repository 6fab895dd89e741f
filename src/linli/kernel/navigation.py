"""The areas of work at the left of every staff page.

A face signs up in `apps.py: ready()`; what a person sees is cut to the grants of their posts.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

Face = Literal["desk", "field"]
Words = str | Promise
log = logging.getLogger(__name__)


class Granted(Protocol):
    """A signed-in person, as far as navigation needs to know them."""

    is_authenticated: bool

    def has_grant(self, code: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One entry: shown to people who hold any of `grants` (to all staff if there are none)."""

    label: Words
    url_name: str
    icon: str
    grants: tuple[str, ...] = ()
    badge_key: str = ""
    order: int = 100
    section: Words = ""
    face: Face = "desk"
    alone: bool = False  # pages below its address are not its own (notices below the inbox)


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as one person sees it on one page."""

    label: Words
    url: str
    icon: str
    count: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class Section:
    label: Words
    entries: list[Entry]


BadgeProvider = Callable[[Granted], Mapping[str, int]]
_items: list[NavItem] = []
_badge_providers: list[BadgeProvider] = []


def register(*items: NavItem) -> None:
    """Add entries; the same entry again is ignored, so that `ready()` may run twice."""
    _items.extend(item for item in items if item not in _items)
    _items.sort(key=lambda item: item.order)


def register_badges(provider: BadgeProvider) -> None:
    """Add a function that counts for the badges: badge key to number, for one person."""
    if provider not in _badge_providers:
        _badge_providers.append(provider)


def registered() -> tuple[NavItem, ...]:
    """Every entry of every face, in order."""
    return tuple(_items)


class Navigation:
    """What one person may go to from one page; nothing is asked until a template looks."""

    def __init__(self, user: Granted | None, path: str) -> None:
        self._user, self._path = user, path

    @cached_property
    def badges(self) -> dict[str, int]:
        """Badge key to count, from every provider. One call to each provider a page."""
        counts: dict[str, int] = {}
        if self._user is not None and self._user.is_authenticated:
            for provider in _badge_providers:
                counts.update(provider(self._user))
        return counts

    @cached_property
    def sections(self) -> list[Section]:
        """The desk's entries in their sections, in order."""
        sections: list[Section] = []
        for item, entry in self._entries("desk"):
            if not sections or sections[-1].label != item.section:
                known = next((s for s in sections if s.label == item.section), None)
                if known:
                    known.entries.append(entry)
                    continue
                sections.append(Section(item.section, []))
            sections[-1].entries.append(entry)
        return sections

    @property
    def thumb(self) -> list[Entry]:
        """The first four entries, for the bar at the bottom of a phone."""
        return [entry for section in self.sections for entry in section.entries][:4]

    @cached_property
    def tabs(self) -> list[Entry]:
        """The phone's tabs, in order: five at most fit a thumb."""
        return [entry for _item, entry in self._entries("field")]

    def _entries(self, face: Face) -> list[tuple[NavItem, Entry]]:
        user = self._user
        if user is None or not user.is_authenticated:
            return []
        found: list[tuple[NavItem, str]] = []
        for item in _items:
            if item.face != face:
                continue
            if item.grants and not any(user.has_grant(code) for code in item.grants):
                continue
            try:
                found.append((item, reverse(item.url_name)))
            except NoReverseMatch:  # one wrong entry must not take every page down
                log.error("navigation entry %s leads nowhere", item.url_name)
        here = max(
            (
                url
                for item, url in found
                if (self._path == url if item.alone else self._path.startswith(url))
            ),
            key=len,
            default=None,
        )
        return [
            (
                item,
                Entry(
                    item.label,
                    url,
                    item.icon,
                    self.badges.get(item.badge_key) if item.badge_key else None,
                    url == here,
                ),
            )
            for item, url in found
        ]


def granted(request: HttpRequest) -> Granted | None:
    """Who asks, if it is somebody with grants."""
    user = getattr(request, "user", None)
    return cast(Granted, user) if hasattr(user, "has_grant") else None


def navigation(request: HttpRequest) -> dict[str, Navigation]:
    """Context processor: `navigation.sections`, `navigation.tabs`, `navigation.badges`."""
    return {"navigation": Navigation(granted(request), request.path)}
