"""A line, a kind of call, a period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.catalogue.queries import unit_text
from linli.catalogue.rules import LimitUnit
from linli.hotline import policy
from linli.hotline.models import Line, LineKind
from linli.kernel.forms import DayField, DayInput, PlainSelect, say_what_is_missing
from linli.staff import queries as staff

if TYPE_CHECKING:
    from linli.staff.models import User

WEEKDAYS = [
    (1, pgettext_lazy("weekday", "Mon")),
    (2, pgettext_lazy("weekday", "Tue")),
    (3, pgettext_lazy("weekday", "Wed")),
    (4, pgettext_lazy("weekday", "Thu")),
    (5, pgettext_lazy("weekday", "Fri")),
    (6, pgettext_lazy("weekday", "Sat")),
    (7, pgettext_lazy("weekday", "Sun")),
]
_HOUR = {"placeholder": "08:30", "inputmode": "numeric", "maxlength": "5", "autocomplete": "off"}


class LineForm(forms.Form):
    """A line; its centre is chosen once."""

    number = forms.CharField(label=pgettext_lazy("line", "Number"), max_length=20)
    name = forms.CharField(label=pgettext_lazy("line", "Name"), max_length=60)
    unit = forms.ChoiceField(label=pgettext_lazy("line", "Centre"), widget=PlainSelect)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Staffed on"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    opens_at = forms.TimeField(
        label=pgettext_lazy("line", "From"),
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(attrs=_HOUR, format="%H:%M"),
        help_text=gettext_lazy("Both empty: day and night."),
    )
    closes_at = forms.TimeField(
        label=pgettext_lazy("line", "To"),
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(attrs={**_HOUR, "placeholder": "17:30"}, format="%H:%M"),
    )
    greeting = forms.CharField(
        label=gettext_lazy("First sentence"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("What operators say first; it stands above the form of the call."),
    )
    most_tries = forms.IntegerField(
        label=gettext_lazy("Tries of a call-back"),
        min_value=1,
        max_value=10,
        help_text=gettext_lazy("After so many calls that nobody takes it is given up."),
    )
    active = forms.BooleanField(label=pgettext_lazy("line", "In use"), required=False)

    def __init__(self, user: User, *args: Any, line: Line | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if line is not None:
            del self.fields["unit"]
        else:
            own = policy.units_of(user, policy.GRANT_MANAGE)
            unit = self.fields["unit"]
            assert isinstance(unit, forms.ChoiceField)
            unit.choices = [(str(one.pk), one.label) for one in staff.centres().filter(pk__in=own)]
        for name in ("opens_at", "closes_at"):
            self.fields[name].error_messages["invalid"] = _("Give a time, such as 08:30.")
        say_what_is_missing(self)

    @staticmethod
    def initial_of(line: Line) -> dict[str, Any]:
        """What the form of a line begins with."""
        names = (
            "number", "name", "weekdays", "opens_at", "closes_at", "greeting", "most_tries",
            "active",
        )  # fmt: skip
        return {name: getattr(line, name) for name in names}

    def values(self) -> dict[str, Any]:
        """What `services.add_line` and `change_line` take."""
        given = dict(self.cleaned_data)
        if "unit" in given:
            given["unit_id"] = int(given.pop("unit"))
        return given


class KindForm(forms.Form):
    """A kind of call; its code is chosen once."""

    code = forms.CharField(
        label=pgettext_lazy("kind", "Code"),
        max_length=20,
        help_text=gettext_lazy("For figures and interfaces: letters a to z, such as “help”."),
    )
    name = forms.CharField(label=pgettext_lazy("kind", "Name"), max_length=30)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), required=False, max_length=40)
    limit_amount = forms.DecimalField(
        label=gettext_lazy("The caller has an answer within"), max_digits=6, decimal_places=2
    )
    limit_unit = forms.ChoiceField(
        label=gettext_lazy("Unit of time"),
        widget=PlainSelect,
        choices=lambda: [(unit.value, unit_text(unit)) for unit in LimitUnit],
    )
    active = forms.BooleanField(label=pgettext_lazy("line", "In use"), required=False)

    def __init__(self, *args: Any, kind: LineKind | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if kind is not None:
            del self.fields["code"]
        say_what_is_missing(self)

    @staticmethod
    def initial_of(kind: LineKind) -> dict[str, Any]:
        """What the form of a kind begins with."""
        names = ("name", "name_en", "limit_unit", "active")
        limit = f"{kind.limit_amount.normalize():f}"
        return {"limit_amount": limit, **{name: getattr(kind, name) for name in names}}


class PeriodForm(forms.Form):
    """The period of the figures, both days counted."""

    since = DayField(
        label=pgettext_lazy("hotline", "From"), required=False, widget=DayInput(until="until")
    )
    until = DayField(label=gettext_lazy("Up to"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or self.cleaned_data)
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        return cleaned
