"""Outlines as people upload them, and as the map reads them."""

from __future__ import annotations

import json

import shapely
from django.utils.translation import gettext as _

from linli.console.rules.files import MOST_BYTES
from linli.console.services.staging import rows_of
from linli.kernel.errors import BadInput
from linli.territory.rules.coordinates import CRS


def outline_of(name: str, data: bytes) -> shapely.Geometry:
    """The one outline of an uploaded GeoJSON or CSV. Raises BadInput naming `file`.

    A bare geometry or a single feature counts as a collection of one.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(_("The file is larger than 20 MB. Split it."), field="file")
    rows = rows_of(name, _as_collection(data))
    if len(rows) != 1:
        raise BadInput(
            _("The file must hold exactly one area; this one holds %d.") % len(rows), field="file"
        )
    (row,) = rows
    if row.shape is None:
        raise BadInput(row.fault or _("The file holds no geometry."), field="file")
    return row.shape


def crs_of(value: str) -> CRS:
    """A reference system by its name in a form. Raises BadInput."""
    try:
        return CRS(value)
    except ValueError:
        raise BadInput(_("Choose how the coordinates were measured."), field="crs") from None


def merged(first: str, second: str) -> str:
    """Two GeoJSON collections as one."""
    one, two = json.loads(first), json.loads(second)
    one["features"] += two["features"]
    return json.dumps(one, ensure_ascii=False, separators=(",", ":"))


def _as_collection(data: bytes) -> bytes:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return data  # CSV, or for the reader to refuse
    if not isinstance(document, dict) or "features" in document:
        return data
    if document.get("type") == "Feature":
        return json.dumps({"type": "FeatureCollection", "features": [document]}).encode()
    if "coordinates" in document:
        feature = {"type": "Feature", "properties": {}, "geometry": document}
        return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    return data
