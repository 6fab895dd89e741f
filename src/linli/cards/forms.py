"""The forms of supervision."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.cards.queries.reports import KINDS, NUMBERS
from linli.cards.rules.levels import COUNTED, Level
from linli.cards.rules.orders import Outcome
from linli.kernel.forms import DayField, DayInput

_ANY = [("", _("all"))]


def _words(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=2_000, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class WordsForm(forms.Form):
    """A reason, a reply, an opinion."""

    words = _words(pgettext_lazy("card", "Words"))

    def __init__(self, label: Any, *args: Any, help_text: Any = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["words"].label = label
        self.fields["words"].help_text = help_text


class GiveForm(forms.Form):
    """A card by hand."""

    level = forms.ChoiceField(label=pgettext_lazy("card", "Level"), choices=Level.choices)
    words = _words(
        pgettext_lazy("card", "Reason"), _("The unit reads it, may reply and may appeal once.")
    )


class OutcomeForm(forms.Form):
    """How an order ended."""

    outcome = forms.ChoiceField(
        label=pgettext_lazy("order", "Outcome"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    words = _words(pgettext_lazy("order", "Why"))


class InquiryForm(forms.Form):
    """责任查究建议."""

    unit = forms.TypedChoiceField(label=pgettext_lazy("card", "Unit"), coerce=int)
    reason = _words(
        pgettext_lazy("inquiry", "Facts and reason"),
        _("What happened, by the record of the case. No names of persons."),
    )
    legal_basis = _words(
        pgettext_lazy("card", "Legal basis"), _("The law or rule with its article.")
    )
    proposal = _words(
        pgettext_lazy("inquiry", "What is proposed"), _("It is decided elsewhere, not here.")
    )

    def __init__(self, units: list[tuple[int, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = units


class RuleForm(forms.Form):
    """A rule of cards."""

    name = forms.CharField(label=pgettext_lazy("card rule", "Name"), max_length=80)
    what = forms.ChoiceField(
        label=pgettext_lazy("card rule", "It counts"),
        choices=[(one.value, one.label) for one in COUNTED],
    )
    least = forms.IntegerField(
        label=pgettext_lazy("card rule", "From"), min_value=1, max_value=2_000,
        help_text=_("Working hours, or times: this many or more."),
    )  # fmt: skip
    level = forms.ChoiceField(label=pgettext_lazy("card", "Level"), choices=Level.choices)
    points = forms.IntegerField(
        label=_("Points"), min_value=-100, max_value=0, required=False,
        help_text=_("Empty: 0 for ordinary supervision, -5 for a yellow card, -10 for a red one."),
    )  # fmt: skip
    valid_from = DayField(
        label=_("First day"), help_text=_("The rule looks at nothing from before it.")
    )
    source = forms.CharField(
        label=pgettext_lazy("card rule", "Source"), max_length=200, required=False,
        help_text=_("The document that says so."),
    )  # fmt: skip


class EndForm(forms.Form):
    """The last day of a rule."""

    last_on = DayField(label=_("Last day"))


class PeriodForm(forms.Form):
    """A period of days, both included."""

    since = DayField(
        label=pgettext_lazy("period", "From"), required=False, widget=DayInput(until="until")
    )
    until = DayField(label=pgettext_lazy("period", "To"), required=False)

    def days(self, today: date, usual: int) -> tuple[date, date]:
        """The period asked for, else the last `usual` days; turned round if need be."""
        data = self.cleaned_data if self.is_valid() else {}
        until = data.get("until") or today
        since = data.get("since") or date.fromordinal(until.toordinal() - usual + 1)
        return min(since, until), max(since, until)


class NumberForm(forms.Form):
    """One number of the supervision report: of which line, of which days."""

    by = forms.ChoiceField(choices=[(one, one) for one in (*KINDS, "cards")])
    of = forms.IntegerField(min_value=1, max_value=2**62)
    number = forms.ChoiceField(choices=[(one, one) for one in (*NUMBERS, *Level.values, "points")])
    since = DayField()
    until = DayField()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("by") == "cards" and data.get("number") in NUMBERS:
            self.add_error("number", _("This line counts cards; choose a level or points."))
        if data.get("by") == "grid" and data.get("number") not in (None, *NUMBERS):
            self.add_error("number", _("Grids have no cards; choose total or closed."))
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("The last day lies before the first."))
        return data


class CardFilter(PeriodForm):
    """The filter of the list of cards."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    level = forms.ChoiceField(
        label=pgettext_lazy("card", "Level"), required=False, choices=[*_ANY, *Level.choices]
    )
    unit = forms.TypedChoiceField(
        label=pgettext_lazy("card", "Unit"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=_ANY,
    )
    field_order = ["tab", "level", "unit", "since", "until"]

    def __init__(self, units: list[tuple[int, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*_ANY, *units]


class WishForm(forms.Form):
    """Whether one is reminded by e-mail too."""

    wished = forms.BooleanField(label=_("Remind me by e-mail too"), required=False)
