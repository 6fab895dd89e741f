"""Inventories of components: the file, and what its columns are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.components.models import Import
from linli.components.queries import source_names
from linli.components.rules.columns import FIELDS, NAMES
from linli.components.rules.projections import zones
from linli.console.forms.ground import CRS_CHOICES, FileField
from linli.console.forms.parts import ClassField, RegionField, words

COLUMN = "column_"  # before the names of fields, in the form's own


class InventoryForm(forms.Form):
    """A file, and which inventory it is the latest of."""

    file = FileField(
        label=_("File"),
        help_text=_(
            "CSV (UTF-8 or GB 18030, also .gz), GeoJSON, GeoPackage, Excel or OpenDocument; 2 GB "
            "at most."
        ),
        max_length=100,
    )
    source = words(
        _("Inventory"),
        60,
        help_text=_(
            "What it is called, always the same: its columns are remembered, and its own numbers "
            "are known again."
        ),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )

    @property
    def sources(self) -> list[str]:
        """The names there are."""
        return source_names()


def _systems() -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [*CRS_CHOICES]
    for epsg, zone in zones():
        before = f"{zone.prefix} + " if zone.prefix else ""
        found.append((f"epsg:{epsg}", f"EPSG:{epsg} CGCS2000 {before}{zone.meridian:g}°E"))
    return found


class ColumnsForm(forms.Form):
    """Which column of the file is what; `mapping` is field to heading."""

    crs = forms.ChoiceField(label=_("Coordinates"), choices=_systems)
    class_code = ClassField(
        label=_("Class of every row"),
        required=False,
        help_text=_("Only for files without codes and without a column of classes."),
    )
    census = forms.BooleanField(
        label=_("Census: what is not in the file is gone"),
        required=False,
        help_text=_(
            "Of the classes and districts that the file has. Nothing goes before you approve it."
        ),
    )
    region = RegionField(
        label=_("Census of"), required=False, help_text=_("Code or name; empty: the whole city.")
    )

    def __init__(self, job: Import, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        headings = [("", pgettext_lazy("column", "— none —"))]
        headings += [(one, one) for one in job.preview["headings"]]
        for field in FIELDS:
            label: Any = field.label  # lazy words
            self.fields[COLUMN + field.name] = forms.ChoiceField(
                label=label, required=False, choices=headings
            )

    @property
    def mapping(self) -> dict[str, str]:
        """Field to heading, of what was sent."""
        return {name: self.cleaned_data[COLUMN + name] for name in NAMES}
