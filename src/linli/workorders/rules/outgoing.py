"""What we tell in their words: fields, status codes and how their answer says yes, all as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.kernel.errors import BadInput
from linli.workorders.rules.documents import parsed, planted, values_at, written
from linli.workorders.rules.mapping import ISO, MILLIS, SECONDS

#: What a field of theirs may be filled with.
SOURCES = {
    "number": gettext_lazy("their number of the order"),
    "status": gettext_lazy("the status, in their code"),
    "status_words": gettext_lazy("the status in words"),
    "at": gettext_lazy("when it happened"),
    "words": gettext_lazy("what was said: the result, the reason"),
    "unit": gettext_lazy("the unit in charge"),
    "case": gettext_lazy("our case number"),
    "reason": gettext_lazy("the reason for a return, in their code"),
    "rating": gettext_lazy("the person's rating: 3 satisfied, 2 fairly, 1 not"),
    "until": gettext_lazy("the deadline that is asked for, or the end of a suspension"),
    "id": gettext_lazy("an id that is the same at every try"),
}
#: What is sent where nobody has said otherwise.
USUAL: tuple[tuple[str, str], ...] = tuple((name, name) for name in SOURCES)


@dataclass(frozen=True, slots=True)
class Wording:
    """How a platform wants to be told.

    `fields`: their path to one of SOURCES, or to a fixed text in double quotes. `statuses`: ours to
    theirs; if there are any, others are not told. `reasons`: ours to theirs. `form` as of a moment
    in a mapping. `ok_path` and `ok_values`: what their answer says when they took it; without a
    path any 2xx is a yes.
    """

    fields: Sequence[tuple[str, str]] = USUAL
    statuses: Mapping[str, str] | None = None
    reasons: Mapping[str, str] | None = None
    form: str = ISO
    xml: bool = False
    root: str = "message"
    ok_path: str = ""
    ok_values: Sequence[str] = ()

    def tells(self, status: str) -> bool:
        """Whether the platform wants to hear of this status."""
        return not self.statuses or status in self.statuses

    def body(self, facts: Mapping[str, Any], *, zone: tzinfo) -> bytes:
        """The message; `facts` by SOURCES, the status and reason in our codes."""
        known = dict(facts)
        known["status"] = (self.statuses or {}).get(facts["status"], facts["status"])
        reason = facts.get("reason") or ""
        known["reason"] = (self.reasons or {}).get(reason, reason)
        pairs: list[tuple[str, Any]] = []
        for path, source in self.fields:
            if source.startswith('"'):
                pairs.append((path, source[1:-1]))
            elif (value := known.get(source)) not in (None, ""):
                moment = isinstance(value, datetime)
                pairs.append((path, moment_text(value, self.form, zone) if moment else value))
        return written(planted(pairs), xml=self.xml, root=self.root)

    def agreed(self, answer: bytes) -> bool:
        """Whether the body of a 2xx says yes."""
        if not self.ok_path:
            return True
        try:
            tree = parsed(answer, xml=answer.lstrip()[:1] == b"<")
            found = values_at(tree, self.ok_path)
        except (BadInput, ValueError):
            return False
        return any(_plain(one) in self.ok_values for one in found)


def wording_of(kept: Mapping[str, Any]) -> Wording:
    """The wording as it is kept in JSON."""
    return Wording(
        tuple((str(path), str(source)) for path, source in kept.get("fields") or USUAL),
        dict(kept.get("statuses") or {}),
        dict(kept.get("reasons") or {}),
        str(kept.get("form") or ISO),
        bool(kept.get("xml")),
        str(kept.get("root") or "message"),
        str(kept.get("ok_path") or ""),
        tuple(str(one) for one in kept.get("ok_values") or ()),
    )


def check_fields(pairs: Sequence[tuple[str, str]]) -> None:
    """Raises ValueError with a sentence for a path that is none and a source nobody knows."""
    for path, source in pairs:
        try:
            planted([(path, "")])
        except ValueError:
            raise ValueError(_("“%s” is no path. Write it like data.state.") % path[:80]) from None
        quoted = len(source) > 1 and source.startswith('"') and source.endswith('"')
        if not quoted and source not in SOURCES:
            raise ValueError(
                _("“%(source)s” is none of %(known)s, nor a text in double quotes.")
                % {"source": source[:40], "known": ", ".join(SOURCES)}
            )


def moment_text(moment: datetime, form: str, zone: tzinfo) -> str | int:
    """A moment as they write it."""
    if form == SECONDS:
        return int(moment.timestamp())
    if form == MILLIS:
        return int(moment.timestamp() * 1000)
    local = moment.astimezone(zone)
    return local.isoformat(timespec="seconds") if form == ISO else local.strftime(form)


def _plain(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (bool, float)) else str(value)
