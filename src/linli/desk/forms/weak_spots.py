"""What the page of weak spots is asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.catalogue import queries as catalogue
from linli.kernel.forms import PlainSelect
from linli.territory import queries as territory
from linli.territory.rules.kinds import Tier

DAYS = ((90, _("90 days")), (365, _("12 months")), (1095, _("three years")))


class WeakSpotsForm(forms.Form):
    """A class, where, and since when; read by `asked`."""

    region = forms.ChoiceField(
        label=pgettext_lazy("filter", "Region"), required=False, widget=PlainSelect
    )
    days = forms.TypedChoiceField(label=_("Cases of the last"), choices=DAYS, coerce=int)

    field_order = ("class", "region", "days")

    def __init__(self, given: Any) -> None:
        super().__init__({"days": 365, **{name: given[name] for name in given}})
        kinds = [
            (one.code, f"{one.code} {one.label}")
            for one in catalogue.classes("component", on=timezone.localdate())
        ]
        self.fields["class"] = forms.ChoiceField(
            label=pgettext_lazy("filter", "Class"), choices=kinds, widget=PlainSelect,
            error_messages={"invalid_choice": _("Choose a class of the list.")},
        )  # fmt: skip
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = [("", pgettext_lazy("filter", "any")), *_regions()]
        self.order_fields(self.field_order)


def _regions() -> list[tuple[str, str]]:
    tiers = (Tier.DISTRICT, Tier.STREET)
    return [(one.code, one.name) for one in territory.tree().regions() if one.tier in tiers]
