"""Regions, grids and their files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.console.forms.parts import day, words
from linli.console.rules.layers import LAYERS
from linli.territory.models import Grade, Grid, GridKind, Layer
from linli.territory.rules.coordinates import CRS

CRS_CHOICES = [
    (CRS.WGS84.value, _("WGS84 or CGCS2000 (survey, GPS, Tianditu)")),
    (CRS.GCJ02.value, _("GCJ-02 (AMap, Tencent)")),
    (CRS.BD09.value, _("BD-09 (Baidu)")),
]


class RegionForm(forms.Form):
    name = words(pgettext_lazy("console", "Name"), 100)
    name_en = words(_("Name in English"), 150, required=False)


class GridForm(forms.Form):
    name = words(pgettext_lazy("console", "Name"), 100)
    kind = forms.ChoiceField(
        label=pgettext_lazy("console", "Kind"),
        choices=[("", "—"), *GridKind.choices],
        required=False,
    )
    households = forms.IntegerField(
        label=_("Households"), required=False, min_value=0, max_value=999_999
    )
    people = forms.IntegerField(
        label=_("Number of residents"),
        required=False,
        min_value=0,
        max_value=999_999,
        help_text=_("A counted number, of no person."),
    )
    counted_on = day(_("Counted on"), required=False)
    source = words(_("Source of the count"), 120, required=False)
    reason = words(
        _("Reason"),
        300,
        required=False,
        help_text=_("Needed where households or residents lie outside the usual number."),
    )


class GridChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the plugin asks for a model
    """A grid by code and name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}"


class CellForm(forms.Form):
    grade = forms.ChoiceField(
        label=_("Grade"),
        choices=Grade.choices,
        help_text=_("Limits follow from the grade of the area (A, B, C)."),
    )
    grid = GridChoice(
        label=_("Belongs to grid"),
        queryset=Grid.objects.none(),
        help_text=_("A grid of its community."),
    )
    from_date = day(_("Holds from"))
    reason = words(_("Reason"), 300, required=False)

    def __init__(self, *args: Any, community_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["grid"]
        assert isinstance(choice, GridChoice)
        choice.queryset = Grid.objects.filter(
            community_id=community_id, layer=Layer.RESPONSIBILITY, valid_to__isnull=True
        ).order_by("code")


class EndForm(forms.Form):
    on = day(_("Ends on"), help_text=_("The first day without it."))


class EndGridForm(EndForm):
    successor = GridChoice(
        label=_("Its cells go to"),
        queryset=Grid.objects.none(),
        required=False,
        help_text=_("A grid of the same community."),
    )

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = Grid.objects.filter(
            community_id=grid.community_id, layer=grid.layer, valid_to__isnull=True
        )
        successor: Any = self.fields["successor"]
        successor.queryset = same.exclude(pk=grid.pk).order_by("code")


class FileField(forms.FileField):
    """A file to upload; empty files have their own sentence below."""

    default_error_messages = {
        "required": _("Choose a file."),
        "empty": _("The file is empty. Choose another one."),
        "max_length": _("The name of the file is too long. Rename it to 100 letters at most."),
    }


class OutlineForm(forms.Form):
    file = FileField(
        label=_("Outline"),
        help_text=_("A GeoJSON or CSV file with exactly one area."),
        max_length=100,
    )
    crs = forms.ChoiceField(label=_("Coordinates"), choices=CRS_CHOICES)
    from_date = day(_("Valid from"), help_text=_("Before that day the old outline stays."))


class ImportForm(forms.Form):
    layer = forms.ChoiceField(
        label=_("Layer"), choices=[(key, layer.label) for key, layer in LAYERS.items()]
    )
    file = FileField(
        label=_("File"),
        help_text=_("CSV (UTF-8 or GB 18030) or GeoJSON, also .gz; 20 MB at most."),
        max_length=100,
    )
    crs = forms.ChoiceField(label=_("Coordinates"), choices=CRS_CHOICES)
    from_date = day(
        _("Valid from"), help_text=_("For regions, grids and cells: when changes begin.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_date"].initial = timezone.localdate


class GridFilter(forms.Form):
    q = words(_("Name or code"), 60, required=False)
    layer = forms.ChoiceField(
        label=_("Layer"),
        required=False,
        choices=[("", pgettext_lazy("filter", "All")), *Layer.choices],
    )
    on = day(_("As of"), required=False)
    worker = forms.ChoiceField(
        label=_("Grid worker"),
        required=False,
        choices=[("", pgettext_lazy("filter", "All")), ("without", _("Without a primary worker"))],
    )
    band = forms.BooleanField(label=_("Too large or too small"), required=False)


class RegionFilter(forms.Form):
    q = words(_("Name or code"), 60, required=False)
    on = day(_("As of"), required=False)
