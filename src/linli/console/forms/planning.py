"""Plans of grids, schemes, staffing, cells."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.console.forms.parts import RegionField, day, words
from linli.planning.queries import schemes
from linli.planning.services import MOST_PARTS


def _whole(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, **more)


class PlanForm(forms.Form):
    """What the planner is asked for."""

    scheme = forms.ChoiceField(label=_("Scheme"))
    country = forms.BooleanField(label=_("The band for the country"), required=False)
    parts = _whole(
        _("Number of grids"),
        1,
        MOST_PARTS,
        required=False,
        help_text=_("Left empty, the scheme's band of households decides."),
    )
    work_share = _whole(
        _("Past cases in the load, in %"),
        0,
        100,
        initial=0,
        help_text=_("0: only households count. 50: the cases of the last year count as much."),
    )
    stay = forms.BooleanField(
        label=_("Leave households with their worker where load allows"),
        required=False,
        initial=True,
    )
    seed = _whole(
        _("Variant"), 0, 9_999, initial=0, help_text=_("Another number gives another proposal.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(schemes())
        field: Any = self.fields["scheme"]
        field.choices = [(one.code, one.name) for one in found]
        field.initial = next((one.code for one in found if one.in_force), None)


class PiecesForm(forms.Form):
    """Pieces given to other grids, as the map or a person writes them: 12:3, 14:3."""

    moves = forms.CharField(
        label=_("Changes"),
        max_length=20_000,
        required=False,
        strip=True,
        help_text=_("Piece:grid, separated by commas, such as 12:3, 14:3."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AssembleForm(PiecesForm):
    from_date = day(_("Valid from"), help_text=_("Before that day everything stays as it was."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_date"].initial = timezone.localdate
        self.fields["moves"].help_text = _(
            "Cell:grid by their last three digits, separated by commas, such as 012:003; +1, +2 "
            "are new grids."
        )


class RedrawForm(forms.Form):
    """Steps that change outlines, as the map or a person writes them."""

    steps = forms.CharField(
        label=_("Steps"),
        max_length=400_000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "One a line, as the map writes them. By hand: “draw +1” and a polygon as WKT or "
            "GeoJSON, “claim +1” the same on ground of neighbours, “split 003” and a line, “merge "
            "003 004”, “move 121.1,31.2 121.3,31.4”, “drop 121.1,31.2”, “fill”."
        ),
        error_messages={"required": _("Nothing is changed yet: draw on the map first.")},
    )
    from_date = day(_("Valid from"), help_text=_("Before that day everything stays as it was."))
    reason = words(
        _("Reason"),
        300,
        required=False,
        help_text=_("Needed where the preview marks something unusual."),
    )
    stamp = forms.CharField(max_length=40, widget=forms.HiddenInput)


class AdoptForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    from_date = day(_("Valid from"), help_text=_("Before that day everything stays as it was."))


class CommunityFilter(forms.Form):
    q = words(_("Name or code"), 60, required=False)


class StaffingFilter(forms.Form):
    q = words(_("Name or code"), 60, required=False)
    scheme = forms.ChoiceField(label=_("Scheme"), required=False)
    state = forms.ChoiceField(
        label=_("Number of staff"),
        required=False,
        choices=[
            ("", pgettext_lazy("filter", "All")),
            ("short", _("Too few")),
            ("over", _("Too many")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["scheme"]
        field.choices = [("", _("In force"))] + [(one.code, one.name) for one in schemes()]


class StaffProfileFilter(forms.Form):
    region = RegionField(required=False)


class ProfileForm(forms.Form):
    mixed = forms.BooleanField(
        label=_("Mixed community"),
        required=False,
        help_text=_("Old lanes, estates and villages side by side; some schemes add a person."),
    )
    people = _whole(
        _("Number of staff"),
        0,
        10_000,
        required=False,
        help_text=_("Left empty, they are counted from posts and grid duties."),
    )


class SchemeForm(forms.Form):
    name = words(pgettext_lazy("console", "Name"), 60)
    source = words(_("Source"), 120, required=False)
    town_least = _whole(_("In town: households from"), 1, 100_000)
    town_most = _whole(_("In town: households to"), 1, 100_000)
    country_least = _whole(_("In the country: households from"), 1, 100_000)
    country_most = _whole(_("In the country: households to"), 1, 100_000)
    people_least = _whole(
        _("Residents of a grid in town, from"), 0, 1_000_000, required=False, initial=0
    )
    people_most = _whole(
        _("Residents of a grid in town, to"),
        0,
        1_000_000,
        required=False,
        initial=0,
        help_text=_("0: the scheme says nothing of residents."),
    )
    base = _whole(_("People of a small community"), 0, 1_000)
    base_households = _whole(_("Up to so many households"), 0, 1_000_000)
    step = _whole(_("One more person for each households"), 1, 1_000_000)
    mixed = _whole(_("More people where the community is mixed"), 0, 100)

    def clean(self) -> dict[str, Any]:
        """No number of residents is 0."""
        values = super().clean() or {}
        return values | {
            name: values.get(name) or 0
            for name in ("people_least", "people_most")
            if name not in self.errors
        }


class CellsForm(forms.Form):
    how = forms.ChoiceField(
        label=pgettext_lazy("planner", "How"),
        choices=[
            ("streets", _("Along streets and blocks")),
            ("lattice", _("A plain lattice")),
        ],
    )
    area_m2 = _whole(_("Size of a cell in m²"), 1_000, 200_000, initial=10_000)
    from_date = day(_("Valid from"), help_text=_("Before that day everything stays as it was."))
    again = forms.BooleanField(
        label=_("End the cells there are and draw new ones"),
        required=False,
        help_text=_("Codes are never used again."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_date"].initial = timezone.localdate
