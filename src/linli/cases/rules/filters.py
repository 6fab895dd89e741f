"""The filters of a list, as values: the same for list, map, count, export, badge and API."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

from django.utils.translation import gettext as _

from linli.cases.rules.stages import Channel, Handling, Stage, Urgency
from linli.kernel.errors import BadInput

LIGHTS = ("green", "yellow", "red")
QUEUES = (
    "to_verify",
    "to_file",
    "to_dispatch",
    "to_arbitrate",
    "to_accept",
    "to_handle",
    "to_request_check",
    "to_check",
    "to_close",
    "to_sign",
    "to_extend",
    "to_suspend",
    "to_consent",
    "to_call_back",
    "late",
)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list shows; empty fields filter nothing. `region` is a 12-digit code, `case_class` a
    code or the beginning of one (“E”, “E05”), days are local and inclusive."""

    queue: str = ""
    stages: tuple[str, ...] = ()
    case_class: str = ""
    region: str = ""
    grid: str = ""
    unit: int | None = None
    channel: str = ""
    urgency: str = ""
    handling: str = ""
    light: str = ""
    since: date | None = None
    until: date | None = None
    suspended: bool | None = None
    words: str = ""
    mine: bool = False
    supervised: bool = False  # a leader has given an order (督办)
    self_handled: bool = False  # solved on the spot, counted apart (R56)
    kept: int | None = None  # the cases that a number counted, put together for this person

    @classmethod
    def parse(cls, query: dict[str, str | list[str]]) -> CaseFilter:
        """Read a query string. Raises BadInput naming the parameter and what it may be."""
        given = {name: _texts(value) for name, value in query.items() if _texts(value)}
        stages = tuple(part for text in given.get("stage", []) for part in text.split(",") if part)
        for stage in stages:
            _among("stage", stage, (*Stage.values, "open"))
        if "open" in stages:
            from linli.cases.rules.stages import OPEN

            stages = tuple(s.value for s in OPEN)
        one = {name: texts[-1].strip() for name, texts in given.items()}
        for name, allowed in (
            ("queue", QUEUES),
            ("channel", tuple(Channel.values)),
            ("urgency", tuple(Urgency.values)),
            ("handling", tuple(Handling.values)),
            ("light", LIGHTS),
        ):
            if name in one:
                _among(name, one[name], allowed)
        return cls(
            queue=one.get("queue", ""),
            stages=stages,
            case_class=_code(one.get("class", "")),
            region=_digits("region", one.get("region", "")),
            grid=_code(one.get("grid", "")),
            unit=_number("unit", one.get("unit")),
            channel=one.get("channel", ""),
            urgency=one.get("urgency", ""),
            handling=one.get("handling", ""),
            light=one.get("light", ""),
            since=_day("since", one.get("since")),
            until=_day("until", one.get("until")),
            suspended=_flag("suspended", one.get("suspended")),
            words=one.get("q", "")[:100],
            mine=bool(_flag("mine", one.get("mine"))),
            supervised=bool(_flag("supervised", one.get("supervised"))),
            self_handled=bool(_flag("self_handled", one.get("self_handled"))),
            kept=_number("kept", one.get("kept")),
        )

    def query(self) -> dict[str, str]:
        """The filter as a query string's parts; `parse` reads it back."""
        parts: dict[str, str] = {}
        names = {"stages": "stage", "case_class": "class", "words": "q"}
        for item in fields(self):
            value = getattr(self, item.name)
            not_suspended = item.name == "suspended" and value is False
            if value in ("", (), None, False) and not not_suspended:
                continue
            name = names.get(item.name, item.name)
            if isinstance(value, tuple):
                parts[name] = ",".join(value)
            elif isinstance(value, bool):
                parts[name] = "1" if value else "0"
            else:
                parts[name] = str(value)
        return parts

    def with_(self, **changes: object) -> CaseFilter:
        """The filter with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # checked by the dataclass


def _texts(value: str | list[str]) -> list[str]:
    texts = [value] if isinstance(value, str) else list(value)
    return [text for text in texts if text.strip()]


def _among(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BadInput(
            _("%(name)s is one of %(allowed)s, not “%(value)s”.")
            % {"name": name, "allowed": ", ".join(allowed), "value": value[:40]},
            field=name,
        )


def _code(text: str) -> str:
    return "".join(c for c in text if c.isalnum())[:20]


def _digits(name: str, text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise BadInput(
            _("%(name)s is a code of up to 12 digits, not “%(value)s”.")
            % {"name": name, "value": text[:40]},
            field=name,
        )
    return text


def _number(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise BadInput(
            _("%(name)s is a number, not “%(value)s”.") % {"name": name, "value": text[:40]},
            field=name,
        )
    return int(text)


def _day(name: str, text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            _("%(name)s is a day such as 2026-11-22, not “%(value)s”.")
            % {"name": name, "value": text[:40]},
            field=name,
        ) from None


def _flag(name: str, text: str | None) -> bool | None:
    if not text:
        return None
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise BadInput(
        _("%(name)s is 1 or 0, not “%(value)s”.") % {"name": name, "value": text[:40]}, field=name
    )
