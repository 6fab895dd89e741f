"""Where a report lies: points, and addresses of the city's own register."""

from __future__ import annotations

from django.utils.translation import gettext as _

from linli.cases.rules.inputs import Place
from linli.kernel.errors import BadInput
from linli.open311.queries.jurisdictions import Served
from linli.territory import queries as territory
from linli.territory.models import Address
from linli.territory.rules import coordinates

_WHOLE = 0.999  # every pair of letters was found
_EXACT = ("address", "building")


def of_address(text: str) -> tuple[Place, str]:
    """Point and words of an address by its id. One query. Raises BadInput."""
    known = text.isascii() and text.isdigit() and len(text) < 18
    found = Address.objects.filter(pk=int(text)).first() if known else None
    if found is None:
        raise BadInput(
            _("There is no address_id %(id)s here. Send lat and long, or address_string.")
            % {"id": text[:40]},
            field="address_id",
        )
    return Place(found.place.x, found.place.y), found.text


def named(address: str) -> Place | None:
    """The point of an address that the register has word for word; None if it is not so clear,
    for then a person has to look. One query."""
    hits = territory.geocode(address)[:2]
    sure = [hit for hit in hits if hit.score >= _WHOLE and hit.kind in _EXACT]
    return Place(sure[0].lon, sure[0].lat) if len(sure) == 1 else None


def lies_inside(place: Place, served: Served) -> bool:
    """Whether the point lies in the area of this installation and in the jurisdiction. One query
    at most."""
    found = territory.locate(
        *coordinates.to_wgs84(place.lon, place.lat, coordinates.CRS(place.origin))
    )
    if found.district_id is None and found.city_id is None:
        return False
    return served.holds([found.community_id, found.street_id, found.district_id, found.city_id])


def require_inside(place: Place, served: Served) -> None:
    """Raises BadInput for a point elsewhere."""
    if not lies_inside(place, served):
        raise BadInput(
            _("lat and long lie outside of the area served as %(code)s. Send WGS84 degrees.")
            % {"code": served.code},
            field="lat",
        )
