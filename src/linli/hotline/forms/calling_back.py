"""What somebody said who was called back."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.hotline.rules import Satisfaction
from linli.hotline.services.calling_back import MOST_TRY, MOST_WORDS
from linli.kernel.forms import say_what_is_missing


class CallBackForm(forms.Form):
    """Reached: how satisfied, and what was said. `rated`: the person has something to rate."""

    satisfaction = forms.TypedChoiceField(
        label=pgettext_lazy("call back", "Satisfied with the result?"),
        choices=Satisfaction.choices,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
    )
    words = forms.CharField(
        label=_("What the person said"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reopen = forms.BooleanField(
        label=_("Not solved: reopen the case at once"),
        required=False,
        help_text=_("It is filed again and dispatched anew; the words above are the reason."),
    )

    def __init__(
        self, data: QueryDict | None = None, *, rated: bool = False, may_reopen: bool = False
    ) -> None:
        super().__init__(data)
        self.fields["satisfaction"].required = rated
        if not may_reopen:
            del self.fields["reopen"]
        say_what_is_missing(self)


class InVainForm(forms.Form):
    """Nobody took the call."""

    words = forms.CharField(
        label=pgettext_lazy("hotline", "What happened"), required=False, max_length=MOST_TRY
    )


class NeedlessForm(forms.Form):
    """Why nobody needs to call any more."""

    words = forms.CharField(
        label=pgettext_lazy("call back", "Why it is not needed"), max_length=MOST_WORDS
    )
