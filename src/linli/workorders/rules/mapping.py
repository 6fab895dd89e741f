"""Their fields as ours: paths, code tables and dates as data, applied without a surprise.

A mapping is kept as JSON: {field: {"path", "table", "otherwise", "format"}}. Applying it to any
message whatever gives values and faults, and never raises.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.workorders.rules.documents import MOST_PATH, Tree, steps, values_at
from linli.workorders.rules.kinds import MOST_FILES, MOST_NUMBER, Kind

Words = str | Promise
ISO, SECONDS, MILLIS = "iso", "seconds", "millis"
KEEP, EMPTY, FAULT = "keep", "empty", "fault"  # what a code that is in no table becomes
_CLASS = re.compile(r"[CE]\d{4}", re.ASCII)
_REGION = re.compile(r"\d{12}", re.ASCII)
_YES = frozenset({"1", "true", "yes", "y", "是", "需要"})
_YEARS = range(1990, 2200)


class Ours(NamedTuple):
    """A field of ours: its code, its name, what it takes, how many letters at most."""

    code: str
    label: Words
    shape: str  # text, code, moment, number, yes, list
    most: int = 200
    required: bool = False


FIELDS: tuple[Ours, ...] = (
    Ours("number", gettext_lazy("Number of the order"), "text", MOST_NUMBER, required=True),
    Ours("title", gettext_lazy("Title"), "text", 120),
    Ours("description", gettext_lazy("Description"), "text", 4000, required=True),
    Ours("address", gettext_lazy("Address"), "text", 200),
    Ours("region", gettext_lazy("Region"), "code", 60),
    Ours("class", gettext_lazy("Class"), "code", 60),
    Ours("kind", gettext_lazy("Kind of concern"), "code", 60),
    Ours("urgency", gettext_lazy("Urgency"), "code", 60),
    Ours("lon", gettext_lazy("Longitude"), "number"),
    Ours("lat", gettext_lazy("Latitude"), "number"),
    Ours("name", gettext_lazy("Name of the person"), "text", 40),
    Ours("phone", gettext_lazy("Telephone"), "text", 30),
    Ours("wants_call", gettext_lazy("Wants to be called back"), "yes"),
    Ours("said_at", gettext_lazy("Time of the call"), "moment"),
    Ours("due_at", gettext_lazy("Their deadline"), "moment"),
    Ours("repeats", gettext_lazy("Repeats the order"), "text", MOST_NUMBER),
    Ours("files", gettext_lazy("Links to attachments"), "list", 500),
)
BY_CODE = {one.code: one for one in FIELDS}
TABLED = tuple(one.code for one in FIELDS if one.shape == "code")
#: What the codes of a table may become here, beside codes of classes and regions.
ALLOWED: dict[str, tuple[str, ...]] = {
    "kind": tuple(Kind.values),
    "urgency": ("normal", "urgent"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field of ours is found. An empty path: it is not sent.

    `table` translates codes; a code that is not in it is taken as it is (keep), left out (empty) or
    is a fault. `format` is of a moment: iso, seconds, millis, or such as %Y-%m-%d %H:%M:%S.
    """

    path: str = ""
    table: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = KEEP
    format: str = ISO


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field, in a sentence; `path` is theirs."""

    field: str
    path: str
    words: str

    @property
    def label(self) -> str:
        """The name of the field on screen."""
        known = BY_CODE.get(self.field)
        return str(known.label) if known else self.field


@dataclass(frozen=True, slots=True)
class Mapped:
    """An order in our words, and what could not be read. Fields that are not there are absent."""

    values: Mapping[str, Any]
    faults: Sequence[Fault]

    def text(self, code: str) -> str:
        """A value as text, empty if there is none."""
        return str(self.values.get(code, ""))


class BadMapping(ValueError):
    """The mapping itself cannot be used; `field` and the words say where and why."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.field, self.words = code, words


def rules_of(kept: Mapping[str, Any]) -> dict[str, Rule]:
    """The rules of a mapping as it is kept; what it does not know is left out."""
    return {
        code: Rule(
            str(row.get("path", "")),
            {str(theirs): str(ours) for theirs, ours in dict(row.get("table") or {}).items()},
            str(row.get("otherwise") or KEEP),
            str(row.get("format") or ISO),
        )
        for code, row in kept.items()
        if code in BY_CODE
    }


def kept_of(rules: Mapping[str, Rule]) -> dict[str, Any]:
    """A mapping as it is kept; `rules_of` reads it back."""
    return {
        code: {
            "path": rule.path, "table": dict(rule.table), "otherwise": rule.otherwise,
            "format": rule.format,
        }
        for code, rule in rules.items()
        if rule.path
    }  # fmt: skip


def check(rules: Mapping[str, Rule]) -> None:
    """Raises BadMapping for a path that is none, a table with codes nobody knows, a date that
    cannot be read back, and where number or description are not mapped."""
    for one in FIELDS:
        rule = rules.get(one.code, Rule())
        if not rule.path:
            if one.required:
                raise BadMapping(
                    one.code, _("%s: say where it stands in their messages.") % one.label
                )
            continue
        try:
            steps(rule.path)
        except ValueError:
            raise BadMapping(
                one.code,
                _("%(label)s: “%(path)s” is no path. Write it like data.content or files[].url.")
                % {"label": one.label, "path": rule.path[:MOST_PATH]},
            ) from None
        for ours in rule.table.values():
            if ours and not _is_known(one.code, ours):
                raise BadMapping(one.code, _unknown_here(one, ours))
        if one.shape == "moment" and not _reads_back(rule.format):
            raise BadMapping(
                one.code,
                _("%(label)s: “%(format)s” is no form of a date. Write iso, seconds, millis, or "
                  "such as %%Y-%%m-%%d %%H:%%M:%%S.")
                % {"label": one.label, "format": rule.format[:40]},
            )  # fmt: skip


def _is_known(code: str, value: str) -> bool:
    if code == "class":
        return _CLASS.fullmatch(value) is not None
    if code == "region":
        return _REGION.fullmatch(value) is not None
    return code not in ALLOWED or value in ALLOWED[code]


def _unknown_here(one: Ours, value: str) -> str:
    examples = {
        "class": _("a code of a class, such as E0102"),
        "region": _("a code of twelve digits, such as 310109000000"),
    }
    allowed = examples.get(one.code) or ", ".join(ALLOWED.get(one.code, ()))
    return _("%(label)s: “%(value)s” is not known here. It is %(allowed)s.") % {
        "label": one.label, "value": value[:40], "allowed": allowed,
    }  # fmt: skip


def _reads_back(form: str) -> bool:
    sample = datetime(2026, 11, 22, 13, 45, 59, tzinfo=UTC)
    if form in (ISO, SECONDS, MILLIS):
        return True
    try:
        text = sample.strftime(form)
        found = datetime.strptime(text, form)
    except (ValueError, re.error):
        return False
    return (found.year, found.month, found.day) == (2026, 11, 22)


# -- applying ------------------------------------------------------------------------------------
def mapped(
    tree: Tree, rules: Mapping[str, Rule], *, zone: tzinfo, fixes: Mapping[str, Any] | None = None
) -> Mapped:
    """The order that `tree` holds, by `rules`. `fixes` are values a person has mended, which count
    as they are. Never raises for any tree; rules are such as `check` lets pass."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for one in FIELDS:
        if fixes is not None and one.code in fixes:
            if fixes[one.code] not in ("", None):
                values[one.code] = fixes[one.code]
            continue
        rule = rules.get(one.code)
        if rule is None or not rule.path:
            continue
        try:
            value = _value(one, rule, values_at(tree, rule.path), zone)
        except ValueError as fault:
            faults.append(Fault(one.code, rule.path, str(fault)))
            continue
        if value is not None:
            values[one.code] = value
    faults += _missing(values, faults, rules)
    return Mapped(values, faults)


def _missing(
    values: dict[str, Any], faults: Sequence[Fault], rules: Mapping[str, Rule]
) -> list[Fault]:
    """What an order cannot be without; a title stands in for words that are missing."""
    wrong = {fault.field for fault in faults}
    if "description" not in values and "title" in values and "description" not in wrong:
        values["description"] = values["title"]
    found = []
    for one in FIELDS:
        if one.required and one.code not in values and one.code not in wrong:
            path = rules[one.code].path if one.code in rules else ""
            found.append(Fault(one.code, path, _("It is missing, or empty.")))
    if ("lon" in values) != ("lat" in values) and not {"lon", "lat"} & wrong:
        gone = "lat" if "lon" in values else "lon"
        found.append(Fault(gone, "", _("Of longitude and latitude only one was sent.")))
    return found


def _value(one: Ours, rule: Rule, found: list[Any], zone: tzinfo) -> Any:
    """The value of a field, None for none. Raises ValueError with a sentence."""
    if one.shape == "list":
        links = [_plain(item) for item in found][:MOST_FILES]
        if any(len(link) > one.most for link in links):
            raise ValueError(_("A link is longer than %d characters.") % one.most)
        return [link for link in links if link] or None
    if not found:
        return None
    if len(found) > 1 or isinstance(found[0], (dict, list)):
        raise ValueError(_("One value is expected here, not several."))
    text = _plain(found[0])
    if not text:
        return None
    if one.shape == "code":
        return _code(one, rule, text)
    if one.shape == "moment":
        return _moment(text, rule.format, zone)
    if one.shape == "number":
        return _number(text)
    if one.shape == "yes":
        return text.casefold() in _YES
    if len(text) > one.most:
        raise ValueError(
            _("It has %(length)d characters; at most %(most)d are taken.")
            % {"length": len(text), "most": one.most}
        )
    return text


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()


def _code(one: Ours, rule: Rule, text: str) -> str | None:
    if text in rule.table:
        return rule.table[text] or None
    if rule.otherwise == EMPTY:
        return None
    if rule.otherwise == FAULT or not _is_known(one.code, text):
        raise ValueError(
            _("The code “%s” is in no row of the table. Add a row for it.") % text[:40]
        )
    return text


def _moment(text: str, form: str, zone: tzinfo) -> datetime:
    try:
        if form in (SECONDS, MILLIS):
            number = float(text) / (1000 if form == MILLIS else 1)
            found = datetime.fromtimestamp(number, tz=UTC)
        else:
            found = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        if found.year not in _YEARS:
            raise ValueError
        return found.astimezone(UTC)
    except (ValueError, OverflowError, OSError, re.error):
        raise ValueError(
            _("“%(text)s” is no moment of the form %(form)s.")
            % {"text": text[:40], "form": form[:40]}
        ) from None


def _number(text: str) -> float:
    try:
        found = float(text) if len(text) < 40 and "_" not in text else math.nan
    except ValueError:
        found = math.nan
    if not abs(found) <= 180:
        raise ValueError(_("“%s” is no number of degrees.") % text[:40])
    return found


#: Words for the choice of what happens to unknown codes.
OTHERWISE: tuple[tuple[str, Words], ...] = (
    (KEEP, pgettext_lazy("mapping", "Take it as it is")),
    (EMPTY, pgettext_lazy("mapping", "Leave it out")),
    (FAULT, pgettext_lazy("mapping", "A person has to look")),
)
