"""Templates of WeChat: which field gets which of our facts, each in the form WeChat takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.kernel.errors import BadInput
from linli.wechat.rules.kinds import News

GAPS = ("number", "status", "class", "day", "time", "name")
_GAP = re.compile(r"\{(\w+)\}")
_KEY = re.compile(r"[A-Za-z][A-Za-z_]{0,30}[0-9]{0,3}(?:\.DATA)?", re.ASCII)
#: Most letters by the kind of a field, as WeChat counts them; a longer value is refused there.
_MOST = {"thing": 20, "phrase": 5, "character_string": 32, "const": 20, "name": 10, "letter": 32}

WORDS = {
    News.RECEIVED: gettext_lazy("Your report has arrived. Its number is %(number)s."),
    News.ACCEPTED: gettext_lazy("Your report %(number)s was accepted."),
    News.ASKED: gettext_lazy("The centre has a question about your report %(number)s."),
    News.SOLVED: gettext_lazy(
        "What you reported (%(number)s) has been dealt with. Is it solved? Write “rate”."
    ),
    News.REFUSED: gettext_lazy("Your report %(number)s goes no further; “status” says why."),
    News.REOPENED: gettext_lazy("What you reported (%(number)s) is being looked at again."),
}
STATUS = {
    News.RECEIVED: pgettext_lazy("wechat status", "Received"),
    News.ACCEPTED: pgettext_lazy("wechat status", "Accepted"),
    News.ASKED: pgettext_lazy("wechat status", "Question"),
    News.SOLVED: pgettext_lazy("wechat status", "Solved"),
    News.REFUSED: pgettext_lazy("wechat status", "Ended"),
    News.REOPENED: pgettext_lazy("wechat status", "Reopened"),
}


def check_fields(fields: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Fields as they are kept. Raises BadInput naming the line at fault."""
    kept: list[list[str]] = []
    for key, text in fields:
        if not _KEY.fullmatch(key):
            raise BadInput(
                _("fields: “%s” is not the name of a field such as thing1.") % key[:40],
                field="fields",
            )
        unknown = [gap for gap in _GAP.findall(text) if gap not in GAPS]
        if unknown:
            raise BadInput(
                _("fields: {%(gap)s} cannot be filled. These can: %(known)s.")
                % {"gap": unknown[0][:40], "known": " ".join(f"{{{gap}}}" for gap in GAPS)},
                field="fields",
            )
        kept.append([key.removesuffix(".DATA"), text])
    return kept


def data_of(
    fields: Iterable[tuple[str, str]], facts: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """`data` of a template message, every value short enough for its field."""
    return {
        key: {"value": fitted(key, _GAP.sub(lambda gap: facts.get(gap[1], ""), text))}
        for key, text in fields
    }


def fitted(key: str, value: str) -> str:
    """`value` on one line, cut to what a field of this kind takes; “–” for none: WeChat refuses
    empty ones."""
    value = " ".join(value.split()) or "–"
    most = _MOST.get(key.rstrip("0123456789"), 100)
    return value if len(value) <= most else value[: most - 1] + "…"
