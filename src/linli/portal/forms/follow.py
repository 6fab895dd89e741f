"""The forms on the page of one's own report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases.rules.submissions import submission_key
from linli.kernel.forms import readable
from linli.portal.forms.photos import PhotosMixin
from linli.portal.rules import MOST_WORDS, RATINGS


class FindForm(forms.Form):
    """Number and secret, as written down."""

    number = forms.CharField(
        max_length=40,
        label=gettext_lazy("Number of the report"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Please enter the number, with its last digit.")},
    )
    secret = forms.CharField(
        max_length=60,
        label=pgettext_lazy("portal", "Secret"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        error_messages={"required": gettext_lazy("Please enter the secret: 20 letters.")},
    )

    def clean_secret(self) -> str:
        """Spaces and hyphens may be written between the letters."""
        return "".join(c for c in str(self.cleaned_data["secret"]).lower() if c.isalnum())


class WordsForm(PhotosMixin):
    """Words, with photos if wished."""

    words = forms.CharField(
        max_length=MOST_WORDS,
        label=gettext_lazy("Your words"),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[readable],
        error_messages={
            "required": gettext_lazy("Please write a few words."),
            "max_length": gettext_lazy("At most 2000 characters, please."),
        },
    )
    submission_key = forms.CharField(required=False, max_length=60)

    def clean_submission_key(self) -> str | None:
        """None if none came along."""
        key = str(self.cleaned_data["submission_key"])
        words = self.cleaned_data.get("words")
        return submission_key("portal", key, words) if len(key) >= 8 else None


class RateForm(forms.Form):
    """Three grades and, if wished, words (R80)."""

    rating = forms.TypedChoiceField(
        coerce=int,
        choices=[(value, label) for value, label, _icon in RATINGS],
        error_messages={
            "required": gettext_lazy("Please choose how satisfied you are."),
            "invalid_choice": gettext_lazy("Please choose how satisfied you are."),
        },
    )
    words = forms.CharField(
        required=False,
        max_length=MOST_WORDS,
        label=gettext_lazy("In your words"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def refuse(self, refusal: Any) -> None:
        """Say a refusal above the form."""
        self.add_error(None, str(refusal))
