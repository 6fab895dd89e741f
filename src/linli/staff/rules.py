"""Grants, seats and the tree of units: what a person may do, decided without the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from linli.kernel.errors import Refused

Kind = Literal["common", "work", "system", "security", "audit"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# 三员分立 (standards 5.6): nobody holds two of these, nor one of them and the city's work.
ADMIN_KINDS: frozenset[Kind] = frozenset({"system", "security", "audit"})


class Grant(NamedTuple):
    """One thing a post may allow. `common` goes with any post; of the others a person has one."""

    code: str
    label: str | Promise
    kind: Kind


GRANTS: dict[str, Grant] = {}


def register_grants(labels: Mapping[str, str | Promise], *, kind: Kind) -> None:
    """A package names its grants, in `apps.py: ready()`. Twice the same is no error.

    Raises ValueError where a code is taken with another kind or is not `package.verb`.
    """
    for code, label in labels.items():
        if "." not in code or len(code) > 60:
            raise ValueError(f"A grant is named package.verb in at most 60 letters, not “{code}”.")
        if code in GRANTS and GRANTS[code].kind != kind:
            raise ValueError(f"The grant “{code}” is already of kind {GRANTS[code].kind}.")
        GRANTS[code] = Grant(code, label, kind)


class UnknownGrant(Refused):
    """A code that no package has registered."""

    code = "unknown_grant"


class NotSeparated(Refused):
    """Duties that one person may not hold together (三员分立)."""

    code = "not_separated"


def kind_of(codes: Iterable[str]) -> Kind:
    """The one kind of a post with these grants; `common` if it has no other.

    Raises UnknownGrant, and NotSeparated if they are of more than one kind.
    """
    kinds: set[Kind] = set()
    for code in codes:
        if code not in GRANTS:
            raise UnknownGrant(
                _("There is no permission “%(code)s”. Choose from the list.") % {"code": code},
                field="grants",
            )
        kinds.add(GRANTS[code].kind)
    kinds.discard("common")
    if len(kinds) > 1:
        raise NotSeparated(
            _(
                "The duties of system, security and audit administrators and the work on cases "
                "must be kept apart. Split these permissions over posts of different people."
            ),
            field="grants",
        )
    return kinds.pop() if kinds else "common"


def label_of(code: str) -> str:
    """The name of a grant on screen; the code itself if nobody registered it."""
    grant = GRANTS.get(code)
    return str(grant.label) if grant else code


@dataclass(frozen=True, slots=True)
class Seat:
    """A post as questions of permission see it: who sits where, and what it allows.

    `unit_ids` are the unit and all below it. `class_codes` are prefixes; none means all classes.
    `grid_ids` are the grids of duty now. `region_id` is set where `reach` is “region”.
    """

    post_id: int
    user_id: int
    unit_id: int
    unit_kind: str
    centre_id: int | None  # the nearest unit of kind centre, upwards from the unit itself
    unit_ids: frozenset[int]
    title: str
    reach: str
    region_id: int | None
    grid_ids: frozenset[int]
    class_codes: tuple[str, ...]
    grants: frozenset[str]
    centre_above: int | None = None  # the centre one tier above `centre_id`
    has_centres_below: bool = False  # whether a centre lies right below `centre_id`

    def covers_class(self, code: str) -> bool:
        """Whether the post is for this class of case."""
        return not self.class_codes or code.startswith(self.class_codes)


class UnitNode(NamedTuple):
    """A unit as the tree knows it."""

    id: int
    parent_id: int | None
    kind: str
    region_id: int | None


@dataclass(frozen=True)
class UnitTree:
    """All units, by id. Answers without the database; made anew when a unit changes."""

    nodes: Mapping[int, UnitNode]
    children: Mapping[int, tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[int, list[int]] = {}
        for node in self.nodes.values():
            if node.parent_id is not None:
                found.setdefault(node.parent_id, []).append(node.id)
        object.__setattr__(self, "children", {k: tuple(v) for k, v in found.items()})

    @cached_property
    def units_of_centres(self) -> Mapping[int, tuple[int, ...]]:
        """The units of each centre: those whose nearest centre it is."""
        found: dict[int, list[int]] = {}
        for unit_id in self.nodes:
            centre = self.centre_of(unit_id)
            if centre is not None:
                found.setdefault(centre, []).append(unit_id)
        return {centre: tuple(units) for centre, units in found.items()}

    @cached_property
    def centres_of_regions(self) -> Mapping[int, int]:
        """The centre of each region that has one."""
        return {
            node.region_id: node.id
            for node in self.nodes.values()
            if node.kind == "centre" and node.region_id is not None
        }

    def upwards(self, unit_id: int) -> Iterator[UnitNode]:
        """The unit itself, its parent, and so on to the root."""
        here: int | None = unit_id
        while here is not None:
            node = self.nodes[here]
            yield node
            here = node.parent_id

    def below(self, unit_id: int) -> frozenset[int]:
        """The unit and everything under it."""
        found, waiting = {unit_id}, [unit_id]
        while waiting:
            children = self.children.get(waiting.pop(), ())
            found.update(children)
            waiting.extend(children)
        return frozenset(found)

    def centre_of(self, unit_id: int) -> int | None:
        """The nearest centre, from the unit itself upwards."""
        return next((node.id for node in self.upwards(unit_id) if node.kind == "centre"), None)

    def parent_centre_of(self, unit_id: int) -> int | None:
        """The centre one tier above the centre of `unit_id`."""
        centre = self.centre_of(unit_id)
        above = self.nodes[centre].parent_id if centre is not None else None
        return self.centre_of(above) if above is not None else None

    def has_centres_below(self, centre_id: int) -> bool:
        """Whether another centre lies below this one."""
        below = self.below(centre_id) - {centre_id}
        return any(self.nodes[unit_id].kind == "centre" for unit_id in below)


PASSWORDS_REMEMBERED = 5
LOCKED_FOR = timedelta(minutes=30)
# A token reads linli_<prefix>_<secret>, so that scanners can find leaked ones.
TOKEN_MARK = "linli"  # noqa: S105


def token_prefix(secret: str) -> str | None:
    """The part of a token that finds its row; None for what is not a token."""
    parts = secret.split("_")
    if len(parts) != 3 or parts[0] != TOKEN_MARK or not parts[1].isalnum() or len(secret) > 200:
        return None
    return parts[1] if secret.isascii() else None
