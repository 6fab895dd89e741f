"""Inventories as they come, in batches that can be taken up again where they were left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from linli.components.services.reading.batches import Batch, Reader
from linli.components.services.reading.geojson import GeoJsonReader
from linli.components.services.reading.tables import TableReader
from linli.kernel.errors import BadInput

__all__ = ["KINDS", "Batch", "Reader", "open_file"]


def _layers(path: Path) -> Reader:
    # Late: GDAL, fifteen megabytes.
    from linli.components.services.reading.layers import LayerReader

    return LayerReader(path)


def _sheets(path: Path) -> Reader:
    from linli.components.services.reading.sheets import SheetReader  # late: a library of sheets

    return SheetReader(path)


KINDS: dict[str, Callable[[Path], Reader]] = {
    ".csv": TableReader,
    ".csv.gz": TableReader,
    ".txt": TableReader,
    ".tsv": TableReader,
    ".geojson": GeoJsonReader,
    ".json": GeoJsonReader,
    ".geojson.gz": GeoJsonReader,
    ".gpkg": _layers,
    ".xlsx": _sheets,
    ".xls": _sheets,
    ".ods": _sheets,
}


def open_file(path: Path, name: str = "") -> Reader:
    """The reader for a file, by the ending of `name` (default: its own). Raises BadInput."""
    endings = [one.lower() for one in Path(name or path.name).suffixes]
    kind = KINDS.get("".join(endings[-2:])) or KINDS.get("".join(endings[-1:]))
    if kind is None:
        raise BadInput(
            _("%(name)s: an inventory is one of %(kinds)s.")
            % {"name": name or path.name, "kinds": ", ".join(KINDS)},
            field="file",
        )
    return kind(path)
