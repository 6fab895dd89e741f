"""The style of the map, as MapLibre reads it: sources, and layers from the ground up.

Labels name no font server: the page draws letters with the fonts of the device.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from linli.maps.rules.palette import PALETTES, Palette

Json = dict[str, Any]

#: The layers of the ground that travel in one tile, `/tiles/base/`.
BASE = ("surfaces", "regions", "roads", "buildings", "labels", "names")
DEEPEST_BASE = 17  # deeper zooms stretch these tiles
#: Width in pixels at zoom 10, 14 and 18, widest roads last so that they lie on top.
ROADS: tuple[tuple[str, float, float, float], ...] = (
    ("path", 0.3, 0.8, 3),
    ("service", 0.3, 1.2, 7),
    ("residential", 0.3, 2.2, 13),
    ("secondary", 0.6, 3.6, 18),
    ("primary", 1.0, 4.6, 22),
    ("trunk", 1.3, 5.2, 24),
    ("motorway", 1.5, 5.6, 26),
)
FONT = ["sans-serif"]
#: Named from farther away than shops are.
_LANDMARKS = ["match", ["get", "kind"], [
    "park", "garden", "station", "ferry_terminal", "hospital", "school", "university", "college",
    "government", "townhall", "museum", "monument", "stadium", "theatre", "communications_tower",
    "police", "fire_station", "library", "marketplace", "village", "suburb", "neighbourhood",
], True, False]  # fmt: skip


class Raster(NamedTuple):
    """Another map under our own: templates of its tiles ({z}, {x}, {y}) and whose it is."""

    tiles: tuple[str, ...]
    attribution: str


def style(
    *,
    theme: str,
    lang: str,
    attribution: str,
    raster: Raster | None = None,
    stamp: str = "",
    on: str = "",
) -> Json:
    """The style document of `theme` ("light" or "dark") with names in `lang`.

    Tiles are paths of this server, with `stamp` (so that they may be kept until the ground changes)
    and the day `on` whose borders are meant. With `raster` its pictures lie at the bottom and our
    own ground keeps only borders, grids and names; the layers they replace are there, switched off
    (`metadata`: of which ground a layer is part).
    """
    palette = PALETTES[theme]
    name = _name_in(lang)
    query = "&".join(f"{key}={value}" for key, value in (("v", stamp), ("on", on)) if value)
    sources: Json = {
        "base": _tiles("base", 0, DEEPEST_BASE, query, attribution),
        "grids": _tiles("grids", 11, DEEPEST_BASE, query),
        "cells": _tiles("cells", 14, DEEPEST_BASE, query),
    }
    ground: list[Json] = [_background(palette), *_of("plan", _surfaces(palette))]
    built = _of("plan", [*_roads(palette), *_buildings(palette)])
    solid = _of("solid", [_solid(palette), _floors(palette)], shown=False)
    if raster is not None:
        sources["raster"] = {
            "type": "raster",
            "tiles": list(raster.tiles),
            "tileSize": 256,
            "maxzoom": 18,
            "attribution": raster.attribution,
        }
        picture = {"id": "raster", "type": "raster", "source": "raster"}
        ground = [*_of("plan", ground, shown=False), *_of("satellite", [picture])]
        ground[0] = _background(palette)
        built = _of("plan", built, shown=False)
    layers = [
        *ground,
        *_regions(palette),
        *_grids(palette),
        *built,
        *solid,
        *_labels(palette, name),
    ]
    return {"version": 8, "name": f"Linli {theme}", "sources": sources, "layers": layers}


def _of(ground: str, layers: list[Json], *, shown: bool = True) -> list[Json]:
    """The layers as parts of a ground that can be switched."""
    visibility = {} if shown else {"visibility": "none"}
    return [
        each
        | {"metadata": {"ground": ground}}
        | {"layout": {**each.get("layout", {}), **visibility}}
        for each in layers
    ]


def _tiles(layer: str, lowest: int, deepest: int, query: str, attribution: str = "") -> Json:
    path = f"/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt"
    source: Json = {
        "type": "vector",
        "tiles": [f"{path}?{query}" if query else path],
        "minzoom": lowest,
        "maxzoom": deepest,
    }
    return {**source, "attribution": attribution} if attribution else source


def _name_in(lang: str) -> list[Any]:
    if lang.startswith("zh"):
        return ["get", "name"]
    english = ["coalesce", ["get", "name_en"], ""]
    return ["case", ["==", english, ""], ["get", "name"], english]


def _by_zoom(*stops: tuple[float, Any], base: float = 1.5) -> list[Any]:
    return [
        "interpolate",
        ["exponential", base],
        ["zoom"],
        *(part for stop in stops for part in stop),
    ]


def _layer(id_: str, kind: str, of: str, source: str = "base", **rest: Any) -> Json:
    return {"id": id_, "type": kind, "source": source, "source-layer": of, **rest}


def _background(palette: Palette) -> Json:
    return {"id": "ground", "type": "background", "paint": {"background-color": palette.ground}}


def _surfaces(palette: Palette) -> list[Json]:
    kinds = {kind: colour for kind, colour in palette.surfaces.items() if kind != "other"}
    colours = [part for pair in kinds.items() for part in pair]
    colour = ["match", ["get", "kind"], *colours, palette.surfaces["other"]]
    paint = {"fill-color": colour, "fill-antialias": True}
    return [_layer("surfaces", "fill", "surfaces", paint=paint)]


def _regions(palette: Palette) -> list[Json]:
    """The glow inside first, so that two neighbours are told apart without a colour each."""
    join = {"line-join": "round"}
    glow = {
        "line-color": palette.border,
        "line-width": _by_zoom((8, 3), (16, 8)),
        "line-opacity": 0.12,
    }
    line = {
        "line-color": palette.border,
        "line-width": _by_zoom((8, 0.8), (16, 1.8)),
        "line-opacity": 0.8,
        "line-dasharray": [4, 2],
    }
    return [
        _layer("regions-glow", "line", "regions", layout=join, paint=glow),
        _layer("regions", "line", "regions", layout=join, paint=line),
    ]


def _grids(palette: Palette) -> list[Json]:
    paint = {
        "line-color": palette.grid,
        "line-width": _by_zoom((11, 0.4), (14, 1), (18, 2.2)),
        "line-opacity": _by_zoom((11, 0.25), (13, 0.4), (15, 0.7), base=1),
    }
    fill = {"fill-color": palette.grid, "fill-opacity": 0.03}
    cells = {"line-color": palette.cell, "line-width": 0.6, "line-opacity": 0.7}
    hidden = {"visibility": "none"}  # switched on where cells matter
    return [
        _layer("grids-fill", "fill", "grids", "grids", minzoom=11, paint=fill),
        _layer("cells", "line", "cells", "cells", minzoom=15, layout=hidden, paint=cells),
        _layer("grids", "line", "grids", "grids", minzoom=11, paint=paint),
    ]


def _roads(palette: Palette) -> list[Json]:
    """All edges before all faces, so that crossings are open."""
    rail = _layer(
        "roads-rail",
        "line",
        "roads",
        filter=["==", ["get", "kind"], "rail"],
        paint={
            "line-color": palette.rail,
            "line-width": _by_zoom((10, 0.6), (18, 3)),
            "line-dasharray": [4, 2],
        },
    )
    edges, faces = [], []
    for kind, far, middle, near in ROADS:
        common: Json = {
            "filter": ["==", ["get", "kind"], kind],
            "layout": {"line-cap": "round", "line-join": "round"},
        }
        width = _by_zoom((10, far), (14, middle), (18, near))
        if kind == "path":
            paint = {"line-color": palette.path, "line-width": width, "line-dasharray": [2, 2]}
            faces.append(_layer("roads-path", "line", "roads", minzoom=14, **common, paint=paint))
            continue
        edge = {
            "line-color": palette.casing,
            "line-width": _by_zoom((10, far + 0.6), (14, middle + 1.2), (18, near + 2)),
        }
        face = {"line-color": palette.road, "line-width": width}
        edges.append(_layer(f"roads-{kind}-edge", "line", "roads", **common, paint=edge))
        faces.append(_layer(f"roads-{kind}", "line", "roads", **common, paint=face))
    return [*edges, *faces, rail]


def _buildings(palette: Palette) -> list[Json]:
    paint = {
        "fill-color": palette.building,
        "fill-outline-color": palette.building_edge,
        "fill-opacity": _by_zoom((14, 0.5), (16, 1), base=1),
    }
    return [_layer("buildings", "fill", "buildings", minzoom=14, paint=paint)]


def _solid(palette: Palette) -> Json:
    """Buildings as bodies; where no height is known, as two storeys."""
    paint = {
        "fill-extrusion-color": palette.building,
        "fill-extrusion-height": ["coalesce", ["get", "height_m"], 6],
        "fill-extrusion-opacity": 0.9,
        "fill-extrusion-vertical-gradient": True,
    }
    return _layer("buildings-solid", "fill-extrusion", "buildings", minzoom=14, paint=paint)


def _floors(palette: Palette) -> Json:
    """How many floors a body has, where that is known."""
    layout = {"text-field": ["concat", ["get", "floors"], "F"], "text-font": FONT, "text-size": 11}
    return _layer(
        "buildings-floors",
        "symbol",
        "buildings",
        minzoom=16.5,
        filter=["all", ["has", "floors"], ["==", ["get", "name"], ""]],
        layout=layout,
        paint={
            "text-color": palette.label_soft,
            "text-halo-color": palette.halo,
            "text-halo-width": 1.4,
        },
    )


def _labels(palette: Palette, name: list[Any]) -> list[Json]:
    halo = {"text-halo-color": palette.halo, "text-halo-width": 1.4}
    label, soft = {"text-color": palette.label, **halo}, {"text-color": palette.label_soft, **halo}

    def text(size: Any, **more: Any) -> Json:
        return {"text-field": name, "text-font": FONT, "text-size": size, **more}

    return [
        _layer(
            "labels-buildings",
            "symbol",
            "buildings",
            minzoom=16.5,
            filter=["!=", ["get", "name"], ""],
            layout=text(11, **{"text-max-width": 7}),
            paint=soft,
        ),
        _layer(
            "labels-roads",
            "symbol",
            "roads",
            minzoom=13,
            filter=["!=", ["get", "name"], ""],
            layout=text(
                _by_zoom((13, 10.5), (18, 14), base=1),
                **{"symbol-placement": "line", "symbol-spacing": 350, "text-max-angle": 35},
            ),
            paint=soft,
        ),
        _layer(
            "labels-water",
            "symbol",
            "surfaces",
            minzoom=12,
            filter=["all", ["==", ["get", "kind"], "water"], ["!=", ["get", "name"], ""]],
            layout=text(12),
            paint={"text-color": palette.water_label, **halo},
        ),
        _layer(
            "labels-places",
            "symbol",
            "labels",
            minzoom=14,
            filter=["any", _LANDMARKS, [">=", ["zoom"], 16.5]],
            layout=text(
                _by_zoom((14, 11), (17, 12.5), base=1),
                **{"text-max-width": 8, "symbol-sort-key": ["case", _LANDMARKS, 0, 1]},
            ),
            paint=label,
        ),
        _layer(
            "labels-grids",
            "symbol",
            "names",
            minzoom=14.5,
            filter=["==", ["get", "kind"], "grid"],
            layout=text(11.5, **{"text-max-width": 8}),
            paint={"text-color": palette.grid, **halo},
        ),
        _layer(
            "labels-regions",
            "symbol",
            "names",
            maxzoom=16.5,
            filter=["!=", ["get", "kind"], "grid"],
            layout=text(
                _by_zoom((6, 12), (12, 14), (16, 16), base=1), **{"text-letter-spacing": 0.08}
            ),
            paint={"text-color": palette.border, **halo},
        ),
    ]
