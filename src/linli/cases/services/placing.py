"""Putting a case on the ground: coordinates at the door, grid and regions of the point."""

from __future__ import annotations

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.queries import people as staff
from linli.cases.rules.inputs import Place
from linli.kernel.errors import BadInput
from linli.territory import queries as territory
from linli.territory.rules import coordinates


def wgs84(place: Place) -> Point:
    """The point in WGS84; GCJ-02 and BD-09 are converted here, at the door."""
    lon, lat = coordinates.to_wgs84(place.lon, place.lat, coordinates.CRS(place.origin))
    return Point(lon, lat, srid=4326)


def put(case: Case, place: Place, *, must_lie_inside: bool = True) -> None:
    """Set point, cell, grid and regions of `case`.

    Raises BadInput if the point lies outside the area of this installation.
    """
    point = wgs84(place)
    found = territory.locate(point.x, point.y)
    if must_lie_inside and found.district_id is None and found.city_id is None:
        raise BadInput(
            _("place: this point lies outside the area served here. Choose a point on the map."),
            field="place",
        )
    case.place, case.place_origin = point, place.origin
    case.cell_id, case.grid_id = found.cell_id, found.grid_id
    case.community_id, case.street_id = found.community_id, found.street_id
    case.district_id = found.district_id
    case.area_grade = found.grade or "B"


def centre_for(case: Case) -> int:
    """The deepest centre whose region holds the case; the top centre where none does."""
    regions = [r for r in (case.community_id, case.street_id, case.district_id) if r is not None]
    return staff.centre_for(regions)


def distance_m(a: Point | None, b: Point) -> float:
    """Metres between two WGS84 points; 0 without the first."""
    return 0.0 if a is None else coordinates.metres_between((a.x, a.y), (b.x, b.y))
