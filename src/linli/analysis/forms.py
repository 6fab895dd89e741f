"""The form of a question, and that of saving it. What is asked is checked by rules.query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.analysis.models import Audience
from linli.analysis.queries.choosing import Choices
from linli.analysis.rules.words import CHARTS, COMPARES, GRAINS, PERIODS, WAYS
from linli.cases.rules.stages import Channel
from linli.kernel.forms import DayField, PlainSelect

_NOTHING = [("", _("none"))]
_ALL = [("", _("all"))]


def _select(label: Any, choices: Iterable[tuple[Any, Any]] = ()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices), required=False, widget=PlainSelect)


class AskForm(forms.Form):
    """Every field of a question."""

    measure = _select(pgettext_lazy("analysis", "Number"))
    by = _select(
        pgettext_lazy("analysis", "Told apart by"),
        [("", _("nothing, all together")), *((one.code, one.label) for one in WAYS.values())],
    )
    across = _select(
        pgettext_lazy("analysis", "and by"),
        [*_NOTHING, *((one.code, one.label) for one in WAYS.values())],
    )
    period = _select(pgettext_lazy("analysis", "Period"), PERIODS.items())
    since = DayField(label=pgettext_lazy("analysis", "First day"), required=False)
    until = DayField(label=pgettext_lazy("analysis", "Last day"), required=False)
    compare = _select(_("Compared"), [*_NOTHING, *COMPARES.items()])
    chart = _select(_("Shown as"), CHARTS.items())
    measure_2 = _select(_("Second number"))
    measure_3 = _select(_("Third number"))
    grain = _select(_("Steps of time"), [("", _("by the length of the period")), *GRAINS.items()])
    region = _select(_("Only in"))
    case_class = _select(_("Only of the class"))
    channel = _select(_("Only by the channel"), [*_ALL, *Channel.choices])
    unit = _select(_("Only of the unit"))

    def __init__(self, given: Mapping[str, str], choices: Choices) -> None:
        super().__init__(dict(given))
        self._fill("measure", choices.measures)
        for name in ("measure_2", "measure_3"):
            self._fill(name, [*_NOTHING, *choices.measures])
        self._fill("region", [*_ALL, *choices.regions])
        self._fill("case_class", [*_ALL, *choices.classes])
        self._fill("unit", [*_ALL, *choices.units])

    def _fill(self, name: str, pairs: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = pairs

    def add_prefix(self, field_name: str) -> str:
        """`class` is a word of Python, and the name in the query string."""
        return "class" if field_name == "case_class" else field_name

    @property
    def main(self) -> list[forms.BoundField]:
        names = ("measure", "by", "across", "period", "since", "until", "compare", "chart")
        return [self[name] for name in names]

    @property
    def more(self) -> list[forms.BoundField]:
        names = ("measure_2", "measure_3", "grain", "region", "case_class", "channel", "unit")
        return [self[name] for name in names]

    @property
    def asked(self) -> list[tuple[Any, str]]:
        """What is asked in words, for paper: labels and values, without periods and drawings."""
        names = ("measure", "measure_2", "measure_3", "by", "across", "grain", "region",
                 "case_class", "channel", "unit")  # fmt: skip
        found = []
        for name in names:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            value = str(self[name].value() or "")
            if value:
                choices: Any = field.choices  # pairs, without groups
                words = {str(key): str(label).strip() for key, label in choices}
                found.append((field.label, words.get(value, value)))
        return found

    @property
    def is_more_used(self) -> bool:
        return any(field.data or field.errors for field in self.more)


class SaveForm(forms.Form):
    """A name, and for whom."""

    name = forms.CharField(label=_("Name"), max_length=60)
    audience = forms.ChoiceField(
        label=_("Who may open it"),
        choices=Audience.choices,
        widget=PlainSelect,
        help_text=_("Everybody sees their own figures: sharing shows nobody more cases."),
    )
