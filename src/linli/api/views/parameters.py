"""Query parameters as OpenAPI describes them; the values are read by the packages' own parsers."""

from __future__ import annotations

from typing import Any

from linli.cases.rules import Channel, Handling, Stage, Urgency
from linli.cases.rules.filters import LIGHTS, QUEUES

Parameter = dict[str, Any]


def query(name: str, says: str, *, required: bool = False, **schema: Any) -> Parameter:
    """One parameter of the query string; text unless `schema` says otherwise."""
    return {
        "in": "query",
        "name": name,
        "required": required,
        "description": says,
        "schema": {"type": "string", **schema},
    }


def header(name: str, says: str, **schema: Any) -> Parameter:
    """One header."""
    return query(name, says, **schema) | {"in": "header"}


_STAGE = "|".join((*Stage.values, "open"))
FILTERS: tuple[Parameter, ...] = (
    query("queue", "What waits for you, by the name of a badge.", enum=list(QUEUES)),
    query(
        "stage",
        "One or several stages, parted by commas, or `open`.",
        pattern=f"^({_STAGE})(,({_STAGE}))*$",
    ),
    query("class", "A class or the beginning of its code: `E`, `E01`.", pattern="^[EC][0-9]{0,6}$"),
    query("region", "A region's code, up to 12 digits.", pattern="^[0-9]{1,12}$"),
    query("grid", "A grid's code.", pattern="^[A-Za-z0-9]{1,20}$"),
    query("unit", "The id of the lead unit.", type="integer", minimum=1, maximum=10**9),
    query("channel", "Where the report came from.", enum=list(Channel.values)),
    query("urgency", "How urgent.", enum=list(Urgency.values)),
    query("handling", "The kind of handling.", enum=list(Handling.values)),
    query("light", "The light of the present limit.", enum=list(LIGHTS)),
    query("since", "Reported on or after this day.", format="date"),
    query("until", "Reported on or before this day.", format="date"),
    query("suspended", "Suspended (1) or not (0).", enum=["0", "1"]),
    query("q", "Words, an address or a case number.", maxLength=100),
    query("mine", "Only what is given to your posts (1).", enum=["0", "1"]),
)
PAGING: tuple[Parameter, ...] = (
    query("page_size", "Rows a page.", type="integer", minimum=1, maximum=200, default=50),
    query("cursor", "`cursor` of the page before.", maxLength=300),
)
POINT: tuple[Parameter, ...] = (
    query("lon", "Longitude in degrees.", required=True, type="number", minimum=-180, maximum=180),
    query("lat", "Latitude in degrees.", required=True, type="number", minimum=-90, maximum=90),
)
IN_CRS = query(
    "crs", "The system of the coordinates.", enum=["wgs84", "gcj02", "bd09"], default="wgs84"
)
ONCE = header(
    "Idempotency-Key",
    "A key of your own, such as a UUID: the same request sent again under it is done once.",
    minLength=8,
    maxLength=80,
    pattern="^[A-Za-z0-9-]{8,80}$",
)


def names(*groups: tuple[Parameter, ...]) -> tuple[str, ...]:
    """The names of parameters, for `door.query_of`."""
    return tuple(parameter["name"] for group in groups for parameter in group)
