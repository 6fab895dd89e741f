"""Parameters and bodies of other systems, read strictly where it matters and else as they come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from linli.files import rules as files
from linli.kernel.errors import BadInput

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MEDIA = ("media", "media[]")  # what clients call the file
_AROUND = 64 * 1024  # bytes of a multipart body that are not the file
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,40})\](\[[^\[\]]{0,10}\])?")


class Given(Mapping[str, str]):
    """What was sent, each name once; what is empty counts as left out (G6)."""

    def __init__(self, *sources: QueryDict) -> None:
        self._sources = sources  # the first one that has a name wins

    def __getitem__(self, name: str) -> str:
        for source in self._sources:
            value = _text(name, str(source.get(name) or ""))
            if value:
                return value
        raise KeyError(name)

    def __iter__(self) -> Any:
        return iter({name: None for source in self._sources for name in source})

    def __len__(self) -> int:
        return len({name for source in self._sources for name in source})

    def text(self, name: str) -> str:
        """The value, or nothing."""
        return self.get(name, "")

    @cached_property
    def attributes(self) -> dict[str, list[str]]:
        """`attribute[CODE]` and `attribute[CODE][]` by code."""
        found: dict[str, list[str]] = {}
        for source in self._sources:
            for name in source:
                match = _ATTRIBUTE.fullmatch(name)
                if match:
                    values = [_text(name, value) for value in source.getlist(name)]
                    found.setdefault(match[1], []).extend(values)
        return found


def _text(name: str, value: str) -> str:
    """Raises BadInput for what was not UTF-8 or is no text."""
    if "\0" in value or "\ufffd" in value:
        raise BadInput(
            _("%(name)s is not text in UTF-8. Send the form in that encoding.")
            % {"name": name[:60]},
            field=name[:60],
        )
    return value.strip()


def query_of(request: HttpRequest) -> Given:
    """The query string. Raises BadInput if it is not UTF-8."""
    _check(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"), "query")
    return Given(request.GET)


def form_of(request: HttpRequest) -> Given:
    """The form of a POST; what it leaves out may stand in the address. Raises BadInput, TooBig."""
    kind, charset = request.content_type or "", (request.content_params or {}).get("charset", "")
    if kind not in FORMS:
        raise BadInput(
            _("Send the report as a form: Content-Type %(forms)s.") % {"forms": " / ".join(FORMS)},
            field="Content-Type",
        )
    if charset and charset.lower().strip("\"'") not in ("utf-8", "utf8"):
        raise BadInput(
            _("Send the form in UTF-8, not in %(charset)s.") % {"charset": charset[:20]},
            field="Content-Type",
        )
    _refuse_too_much(request)
    sent = request.POST
    if kind == FORMS[0]:
        _check(request.body, "body")
    return Given(sent, query_of(request)._sources[0])


def media_of(request: HttpRequest) -> UploadedFile[bytes] | None:
    """The picture in a multipart form."""
    for name in MEDIA:
        found = request.FILES.get(name)
        if isinstance(found, UploadedFile) and found.size:
            return found
    return None


def _refuse_too_much(request: HttpRequest) -> None:
    try:
        announced = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        announced = 0
    if announced > files.MOST_BYTES[files.Kind.PHOTO] + _AROUND:
        raise files.TooBig(
            _("media is too big: at most %(most)d MB.")
            % {"most": files.MOST_BYTES[files.Kind.PHOTO] // 2**20},
            field="media",
        )


def _check(raw: bytes, field: str) -> None:
    """Raises BadInput if what was sent is not UTF-8, also behind its percent signs."""
    try:
        parse_qsl(raw.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict")
    except UnicodeDecodeError:
        raise BadInput(
            _("%(field)s is not UTF-8. Send the form in that encoding.") % {"field": field},
            field=field,
        ) from None
