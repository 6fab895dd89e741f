"""How suggestions are shown."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SuggestionSettingsForm(forms.Form):
    """The switches, and from how sure on something is suggested."""

    classes_on = forms.BooleanField(label=_("Suggest classes"), required=False)
    units_on = forms.BooleanField(label=_("Suggest units"), required=False)
    portal_on = forms.BooleanField(label=_("Suggest classes to residents too"), required=False)
    learning_on = forms.BooleanField(
        label=_("Learn from closed cases once a week"),
        required=False,
        help_text=_("Switched off, the versions in force stay as they are."),
    )
    least_percent = forms.IntegerField(
        label=_("Suggest from so many per cent on"),
        min_value=1,
        max_value=99,
        help_text=_("What is less sure is not shown."),
    )
