"""The note of an inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.components.rules.states import Condition, State

if TYPE_CHECKING:
    from linli.components.models import Component


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
