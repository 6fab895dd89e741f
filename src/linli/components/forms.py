"""The filter bar of every list of components: the desk's, the map's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.catalogue import queries as catalogue
from linli.components.queries.references import carer_names
from linli.components.rules.filters import FAULTY, STANDING
from linli.components.rules.states import State
from linli.kernel.forms import PlainSelect
from linli.territory import queries as territory
from linli.territory.rules.kinds import Tier

if TYPE_CHECKING:
    from linli.staff.models import User

ANY = ("", pgettext_lazy("filter", "any"))
Choices = list[tuple[str, Any]]


class ComponentFilterForm(forms.Form):
    """Shows a `ComponentFilter`; reading is done by its `parse`.

    `given` is a query string, also one that could not be read. One query.
    """

    q = forms.CharField(
        label=_("Code or words of the place"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    state = forms.ChoiceField(
        label=pgettext_lazy("component", "State"), required=False, widget=PlainSelect
    )
    region = forms.ChoiceField(
        label=pgettext_lazy("filter", "Region"), required=False, widget=PlainSelect
    )
    unit = forms.ChoiceField(
        label=pgettext_lazy("filter", "Unit"), required=False, widget=PlainSelect
    )
    grid = forms.CharField(required=False, widget=forms.HiddenInput)
    cell = forms.CharField(required=False, widget=forms.HiddenInput)
    installed = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("q", "class", "state", "region", "unit", "grid", "cell", "installed")

    def __init__(self, user: User, given: Any) -> None:
        super().__init__(given)
        kind = forms.ChoiceField(
            label=pgettext_lazy("filter", "Class"), required=False, widget=PlainSelect
        )
        self.fields["class"] = kind
        offered: dict[str, Choices] = {
            "class": _classes(),
            "state": [
                (STANDING, _("all but removed")),
                (FAULTY, _("out of order")),
                *((state.word, state.label) for state in State),
            ],
            "region": _regions(user),
            "unit": [(str(unit), name) for unit, name in carer_names()],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [ANY, *choices]
        self.order_fields(self.field_order)

    def says(self) -> list[tuple[str, str]]:
        """What is set, in words: label and value, for a print."""
        lines = []
        for bound in self.visible_fields():
            if value := bound.value():
                known = dict(getattr(bound.field, "choices", ()))
                lines.append((str(bound.label), str(known.get(value, value)).strip()))
        return lines


def _classes() -> Choices:
    """Every class of components, each major class before its own."""
    found: Choices = []
    for kind in catalogue.classes("component"):
        if (major := kind.code[:3]) not in dict(found):
            found.append((major, f"{major} {kind.major_label}"))
        found.append((kind.code, f"\u3000{kind.code} {kind.label}"))
    return found


def _regions(user: User) -> Choices:
    """Districts and streets; the communities of a person whose posts reach no farther."""
    tree = territory.tree()
    own = [s.region_id for s in user.seats if s.reach == "region" and s.region_id is not None]
    within = {one for region in own for one in tree.regions_under(region)}
    tiers = (Tier.DISTRICT, Tier.STREET) if len(within) > 200 else (Tier.STREET, Tier.COMMUNITY)
    return [
        (region.code, region.name)
        for region in tree.regions()
        if region.tier in tiers and (not within or region.id in within)
    ]
