"""What other systems send."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import Field, create_model

from linli.api.forms.base import Body
from linli.api.forms.names import ChannelName, HandlingName, LevelName, SpanName, UrgencyName
from linli.cases.rules import Channel, Handling, Urgency
from linli.cases.rules.inputs import Contact, Place
from linli.cases.rules.moves import MOVES, Input
from linli.kernel.errors import BadInput

CRS = Literal["wgs84", "gcj02", "bd09"]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
UploadIds = Annotated[
    list[Annotated[str, Field(max_length=60)]],
    Field(max_length=12, description="Ids from POST /files, each used once, within a day."),
]
Text = Annotated[str, Field(max_length=2000)]
Choice = Annotated[str, Field(max_length=20)]


class PlaceIn(Body):
    """A point in degrees, longitude before latitude."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    crs: CRS = "wgs84"

    def value(self) -> Place:
        """For the services."""
        return Place(self.lon, self.lat, self.crs)


class LimitIn(Body):
    """A span of time to work in."""

    amount: float = Field(gt=0, le=9999)
    unit: SpanName


class ContactIn(Body):
    """Who reported: sealed, shown only to those who call back."""

    name: str = Field("", max_length=40)
    phone: str = Field("", max_length=30)
    email: str = Field("", max_length=120)

    def value(self) -> Contact:
        """For the services."""
        return Contact(self.name, self.phone, self.email)


class MaybePlaced(Body):
    """What may have a point in degrees, longitude before latitude."""

    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    crs: CRS = "wgs84"

    def place(self) -> Place | None:
        """The point, if there is one. Raises BadInput for half of one."""
        if self.lon is None and self.lat is None:
            return None
        if self.lon is None or self.lat is None:
            missing = "lon" if self.lon is None else "lat"
            raise BadInput(
                _("%(field)s is missing. A place has lon and lat.") % {"field": missing},
                field=missing,
            )
        return Place(self.lon, self.lat, self.crs)


class ReportIn(MaybePlaced):
    """A problem on the street. Give a place, an address, a component, or several."""

    description: str = Field(min_length=1, max_length=4000)
    address: str = Field("", max_length=200)
    case_class: str | None = Field(
        None, max_length=20, description="A code of GET /classes, such as E0102."
    )
    component: str = Field(
        "",
        max_length=20,
        description="The code of a component (sixteen digits): the case stands where it stands, and"
        " has its class and address where none is given.",
    )
    urgency: UrgencyName = Urgency.NORMAL.value
    handling: HandlingName = Handling.GENERAL.value
    channel: ChannelName = Channel.API.value
    contact: ContactIn = Field(default_factory=lambda: ContactIn.model_validate({}))
    wants_call: bool = False
    files: UploadIds = []


class SimilarIn(MaybePlaced):
    """What is known of a report that is not sent yet. Give a place, an address or photos."""

    description: str = Field("", max_length=4000)
    address: str = Field("", max_length=200)
    case_class: str | None = Field(None, max_length=20, description="A code of GET /classes.")
    component: str = Field("", max_length=20, description="The code of a component.")
    files: UploadIds = []


class WordsIn(Body):
    """What somebody says of a problem."""

    description: str = Field(min_length=1, max_length=4000)


class FurtherReportIn(Body):
    """Another report of a problem that is known already."""

    description: str = Field(min_length=1, max_length=4000)
    channel: ChannelName = Channel.API.value
    contact: ContactIn = Field(default_factory=lambda: ContactIn.model_validate({}))
    wants_call: bool = False
    files: UploadIds = []


#: The type of each kind of input in the table of moves.
KINDS: dict[str, Any] = {
    "text": Text,
    "reason": Annotated[str, Field(min_length=1, max_length=2000)],
    "bool": bool,
    "unit": Id,
    "units": Annotated[list[Id], Field(max_length=20)],
    "centre": Id,
    "post": Id,
    "class": Choice,
    "condition": Id,
    "urgency": UrgencyName,
    "handling": HandlingName,
    "place": PlaceIn,
    "files": UploadIds,
    "date": Annotated[
        str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day such as 2026-11-22.")
    ],
    "level": LevelName,
    "number": Annotated[str, Field(max_length=40, description="The number of a case.")],
    "limit": LimitIn,
    "rating": Annotated[int, Field(ge=1, le=3, description="3 satisfied, 2 fairly, 1 not.")],
}


def _field(item: Input) -> tuple[Any, Any]:
    kind = KINDS[item.kind]
    if item.required:
        return kind, Field(min_length=1) if item.kind == "files" else ...
    return kind | None, None


def _body_of(move: str) -> type[Body]:
    """The body of `POST /cases/{number}/moves/<move>`, drawn from its row of the table."""
    fields: dict[str, Any] = {item.name: _field(item) for item in MOVES[move].inputs}
    seen = Field(
        None,
        ge=0,
        le=2**31 - 1,
        description="`seen` of the case as you last read it; if it has changed since: 409.",
    )
    return create_model(
        "".join(part.title() for part in move.split("_")) + "Move",
        __base__=Body,
        __doc__=f"What the move “{move}” takes.",
        **fields | {"seen": (int | None, seen)},
    )


MOVE_BODIES = {move: _body_of(move) for move in MOVES}
