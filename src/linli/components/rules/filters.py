"""The filters of a list of components, as values: the same for list, map, count, export and API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from linli.components.rules.codes import CLASS_MARK
from linli.components.rules.states import State
from linli.kernel.errors import BadInput

NAMES = ("class", "state", "region", "grid", "cell", "unit", "installed", "q")
UNKNOWN = "unknown"  # no day of installation
FAULTY = "faulty"  # every state but in use and removed
STANDING = "standing"  # every state but removed: what a map without a wish shows
STANDING_STATES = tuple(sorted(state for state in State if state != State.REMOVED))
#: Words for several states at once.
GROUPS = {
    FAULTY: tuple(state for state in STANDING_STATES if state != State.IN_USE),
    STANDING: STANDING_STATES,
}
_YEARS = re.compile(r"(\d{4})?-(\d{4})?", re.ASCII)
_WORDS = {state.word: state for state in State}


@dataclass(frozen=True, slots=True)
class ComponentFilter:
    """What a list shows; empty fields filter nothing. `component_class` is a code or the beginning
    of one (“C01”), `region`, `grid` and `cell` are codes, `unit` an id in any of the three parts,
    `installed` years (“2006-2015”, “-2005”, “2016-”) or “unknown”, `words` a code of sixteen digits
    or words of the place."""

    component_class: str = ""
    states: tuple[State, ...] = ()
    region: str = ""
    grid: str = ""
    cell: str = ""
    unit: int | None = None
    installed: str = ""
    words: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str | list[str]]) -> ComponentFilter:
        """Read a query string. Raises BadInput naming the parameter and what it may be."""
        one = {name: _last(query[name]) for name in NAMES if name in query}
        return cls(
            component_class=_class(one.get("class", "")),
            states=_states(one.get("state", "")),
            region=_code("region", one.get("region", ""), 12),
            grid=_code("grid", one.get("grid", ""), 24),
            cell=_code("cell", one.get("cell", ""), 15),
            unit=_number(one.get("unit", "")),
            installed=_installed(one.get("installed", "")),
            words=one.get("q", "")[:100],
        )

    def query(self) -> dict[str, str]:
        """The filter as a query string's parts; `parse` reads it back."""
        parts = {
            "class": self.component_class,
            "state": _state_words(self.states),
            "region": self.region,
            "grid": self.grid,
            "cell": self.cell,
            "unit": "" if self.unit is None else str(self.unit),
            "installed": self.installed,
            "q": self.words,
        }
        return {name: text for name, text in parts.items() if text}

    @property
    def years(self) -> tuple[int | None, int | None]:
        """The first and the last year of installation, where `installed` names years."""
        first, _dash, last = self.installed.partition("-")
        return (int(first) if first else None), (int(last) if last else None)

    def with_(self, **changes: object) -> ComponentFilter:
        """The filter with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # checked by the dataclass


def _last(value: str | list[str]) -> str:
    text = value if isinstance(value, str) else (value[-1] if value else "")
    return text.strip()


def _class(text: str) -> str:
    plain = text.upper()
    digits = plain.removeprefix(CLASS_MARK)
    if len(digits) > 4 or not ((digits.isascii() and digits.isdigit()) or not digits):
        raise BadInput(
            _("class is a code such as C0101 or its beginning, not “%(value)s”.")
            % {"value": text[:40]},
            field="class",
        )
    return CLASS_MARK + digits if plain else ""


def _states(text: str) -> tuple[State, ...]:
    found: list[State] = []
    for word in filter(None, text.split(",")):
        if word in GROUPS:
            found += GROUPS[word]
        elif word in _WORDS:
            found.append(_WORDS[word])
        else:
            raise BadInput(
                _("state is one of %(allowed)s, not “%(value)s”.")
                % {"allowed": ", ".join([*_WORDS, *GROUPS]), "value": word[:40]},
                field="state",
            )
    return tuple(sorted(set(found)))


def _state_words(states: tuple[State, ...]) -> str:
    group = next((word for word, those in GROUPS.items() if those == states), "")
    return group or ",".join(state.word for state in states)


def _code(name: str, text: str, most: int) -> str:
    if text and not (text.isascii() and text.isalnum() and len(text) <= most):
        raise BadInput(
            _("%(name)s is a code of up to %(most)d signs, not “%(value)s”.")
            % {"name": name, "most": most, "value": text[:40]},
            field=name,
        )
    return text


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise BadInput(_("unit is a number, not “%(value)s”.") % {"value": text[:40]}, field="unit")
    return int(text)


def _installed(text: str) -> str:
    if text in ("", UNKNOWN) or (text != "-" and _YEARS.fullmatch(text)):
        return text
    raise BadInput(
        _("installed is years such as 2006-2015, -2005 or 2016-, or unknown, not “%(value)s”.")
        % {"value": text[:40]},
        field="installed",
    )
