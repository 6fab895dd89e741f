"""The filter of the list of components, and the note of an inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.catalogue import queries as catalogue
from linli.components.rules.filters import FAULTY
from linli.components.rules.states import Condition, State
from linli.territory import queries as territory
from linli.territory.rules.kinds import Tier

if TYPE_CHECKING:
    from linli.components.models import Component
    from linli.staff.models import User

ANY = ("", pgettext_lazy("filter", "any"))


class ComponentFilterForm(forms.Form):
    """Shows a `ComponentFilter`; reading is done by its `parse`."""

    q = forms.CharField(
        label=_("Code or words of the place"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    state = forms.ChoiceField(label=pgettext_lazy("component", "State"), required=False)
    region = forms.ChoiceField(label=pgettext_lazy("filter", "Region"), required=False)

    def __init__(self, user: User, given: Any) -> None:
        super().__init__(given)
        kind = forms.ChoiceField(label=pgettext_lazy("filter", "Class"), required=False)
        kind.choices = [ANY, *_classes()]
        state, region = self.fields["state"], self.fields["region"]
        assert isinstance(state, forms.ChoiceField)
        assert isinstance(region, forms.ChoiceField)
        state.choices = [ANY, (FAULTY, _("out of order")), *((s.word, s.label) for s in State)]
        region.choices = [ANY, *_regions(user)]
        self.fields["class"] = kind


class InspectionForm(forms.Form):
    """`cleaned_data` is what `services.inspect` takes, but for which, who and when."""

    state = forms.TypedChoiceField(
        label=pgettext_lazy("component", "State"), choices=State.choices, coerce=int
    )
    condition = forms.TypedChoiceField(
        label=_("Condition"), choices=Condition.choices[1:], coerce=int
    )
    opinion = forms.CharField(label=_("Remark"), required=False, max_length=500)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    @staticmethod
    def of(one: Component) -> dict[str, int]:
        """What the form shows at first."""
        found = one.condition or int(Condition.GOOD)
        return {"state": one.state, "condition": found, "seen": one.version}


def _classes() -> list[tuple[str, str]]:
    return [(kind.code, f"{kind.code} {kind.label}") for kind in catalogue.classes("component")]


def _regions(user: User) -> list[tuple[str, str]]:
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
