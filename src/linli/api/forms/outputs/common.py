"""What many answers hold, and why a request was refused."""

from __future__ import annotations

from linli.api.forms.base import Out


class Fault(Out):
    """One thing that is wrong with a request."""

    field: str
    code: str
    title: str


class Problem(Out):
    """Why a request was refused (RFC 9457). `title` is a sentence for people, in their language;
    `code` is stable for machines; `field` names the input at fault."""

    type: str
    title: str
    status: int
    code: str
    field: str | None
    errors: list[Fault] | None = None


class PlaceOut(Out):
    lon: float
    lat: float


class Named(Out):
    code: str
    name: str


class UnitRef(Out):
    id: int
    name: str
