"""GeoPackage, through GDAL; the file's own reference system is known to it."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
from django.utils.translation import gettext as _
from pyogrio.errors import DataLayerError, DataSourceError

from linli.components.rules.columns import GEOMETRY
from linli.components.services.reading.batches import SIZE, Batch, Reader
from linli.kernel.errors import BadInput


class LayerReader(Reader):
    """Reads the first layer; `position` is the number of features read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            layers = pyogrio.list_layers(path)
            if not len(layers):
                raise BadInput(_("The GeoPackage has no layer."), field="file")
            self._layer = str(layers[0][0])
            info = pyogrio.read_info(path, layer=self._layer, force_feature_count=True)
        except (DataSourceError, DataLayerError) as error:
            raise _damaged(error) from None
        self.headings = [*map(str, info["fields"]), GEOMETRY]
        self.size = int(info["features"])
        self.crs = str(info["crs"] or "").lower()

    def batches(self, position: int, row: int, *, size: int = SIZE) -> Iterator[Batch]:
        while position < self.size:
            try:
                meta, _fids, shapes, values = pyogrio.raw.read(
                    self._path,
                    layer=self._layer,
                    skip_features=position,
                    max_features=size,
                    force_2d=True,
                    datetime_as_string=True,
                )
            except (DataSourceError, DataLayerError) as error:
                raise _damaged(error) from None
            count = len(shapes) if shapes is not None else len(values[0])
            if not count:
                return
            columns = {
                str(name): _texts(column)
                for name, column in zip(meta["fields"], values, strict=True)
            }
            position += count
            found = [None if one is None else bytes(one) for one in shapes]
            yield Batch(range(row, row + count), columns, found, {}, position)
            row += count


def _texts(column: Any) -> list[str]:
    """A column as text: whole numbers without a point, nothing as nothing."""
    if np.issubdtype(column.dtype, np.floating):
        return ["" if isnan(value) else f"{value:.15g}" for value in column.tolist()]
    return ["" if value is None else str(value).strip() for value in column.tolist()]


def _damaged(error: Exception) -> BadInput:
    return BadInput(
        _("The GeoPackage cannot be read: %(why)s.") % {"why": str(error)[:160]}, field="file"
    )
