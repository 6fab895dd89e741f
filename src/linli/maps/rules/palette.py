"""The colours of the ground, by day and by night.

Green, yellow and red are the lights of cases and nothing else (design §7): parks are a greyed
green that no light can be taken for, and roads are told apart by width.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as CSS texts; `surfaces` by kind of surface, with "other" for the rest."""

    ground: str
    surfaces: dict[str, str]
    road: str
    casing: str
    rail: str
    path: str
    building: str
    building_edge: str
    border: str
    grid: str
    cell: str
    label: str
    label_soft: str
    water_label: str
    halo: str


PALETTES = {
    "light": Palette(
        ground="#f1f3f1",
        surfaces={
            "water": "#c3d9e4",
            "green": "#dbe5d6",
            "square": "#ecebe5",
            "residential": "#ebeeed",
            "commercial": "#efebe7",
            "industrial": "#e7e7ea",
            "institution": "#eceae4",
            "other": "#eceeec",
        },
        road="#ffffff",
        casing="#ccd4d5",
        rail="#a9b2b6",
        path="#c9cdc9",
        building="#dde1e1",
        building_edge="#c3caca",
        border="#75667f",
        grid="#0b6478",
        cell="#6f8c94",
        label="#35434a",
        label_soft="#55636a",
        water_label="#3f6a83",
        halo="#ffffff",
    ),
    "dark": Palette(
        ground="#1a2124",
        surfaces={
            "water": "#17303d",
            "green": "#22302a",
            "square": "#242a2b",
            "residential": "#1e2628",
            "commercial": "#262728",
            "industrial": "#22252a",
            "institution": "#252725",
            "other": "#1f2628",
        },
        road="#3a474d",
        casing="#141a1d",
        rail="#52606a",
        path="#37423f",
        building="#2a3438",
        building_edge="#38444a",
        border="#a594b3",
        grid="#5fc3d6",
        cell="#55737c",
        label="#dbe4e7",
        label_soft="#a9b7bd",
        water_label="#8fb6cb",
        halo="#12191c",
    ),
}
THEMES = tuple(PALETTES)
