"""One generic form for every row of the table of moves: a field by each input's kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases import rules
from linli.cases.queries import choosing
from linli.cases.rules import Handling, Supervision, Urgency
from linli.cases.rules.inputs import Place
from linli.catalogue.queries import unit_text
from linli.catalogue.rules import Limit, LimitUnit
from linli.desk.queries import choices
from linli.desk.rules.moves import RATINGS, YES_NO, input_help, input_label
from linli.kernel.errors import Refused
from linli.kernel.forms import (
    DayField,
    DayInput,
    PlainSelect,
    Suggested,
    say_what_is_missing,
)

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

MOST_FILES = 12
#: Units of a limit in the order people need them.
LIMIT_UNITS = ("work_hour", "work_day", "urgent_hour", "calendar_day")
#: After these the case has a class (R66), so one without asks for it.
_MAKES_WHOLE = ("file", "self_handle")
_WORKER_GRANT = {"request_verification": "cases.verify", "request_check": "cases.check"}


@dataclass(frozen=True)
class Part:
    """An input on the page: how it is drawn, and the bound fields that carry it."""

    name: str
    kind: str
    label: str
    help: str
    required: bool
    fields: tuple[forms.BoundField, ...]
    errors: list[str]

    @property
    def field(self) -> forms.BoundField:
        return self.fields[0]


class MoveForm(forms.Form):
    """The inputs of one move on one case. `values()` is what `services.perform` takes."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        move: str,
        case: Case,
        user: User,
        data: QueryDict | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"seen": case.event_count, **(initial or {})})
        self.move, self.case, self.user = move, case, user
        self.row = rules.MOVES[move]
        self.units: choices.UnitOptions | None = None
        for item in self.row.inputs:
            _MAKERS[item.kind](self, item)
        say_what_is_missing(self)

    # -- reading -----------------------------------------------------------------------------
    def values(self) -> dict[str, Any]:
        """The inputs by name, only those given. After `is_valid()`."""
        found: dict[str, Any] = {}
        for item in self.row.inputs:
            value = self._value(item)
            if value not in (None, "", [], ()):
                found[item.name] = value
        return found

    def _value(self, item: rules.Input) -> Any:
        cleaned = self.cleaned_data
        match item.kind:
            case "place":
                return self._place(item)
            case "limit":
                amount, unit = cleaned.get("limit"), cleaned.get("limit_unit")
                return Limit(amount, LimitUnit(unit)) if amount and unit else None
            case "files":
                return self.uploads()
            case "class":
                return cleaned.get(item.name) or None
            case "bool":
                return {"yes": True, "no": False}.get(cleaned.get(item.name, ""))
            case "unit" | "centre" | "post" | "condition" | "rating":
                text = cleaned.get(item.name)
                return int(text) if text else None
            case "units":
                return [int(text) for text in cleaned.get(item.name, [])]
            case _:
                return cleaned.get(item.name)

    def _place(self, item: rules.Input) -> Place | None:
        lon, lat = self.cleaned_data.get("lon"), self.cleaned_data.get("lat")
        if lon is None or lat is None:
            return None
        known = self.case.place
        unmoved = known is not None and abs(known.x - lon) < 1e-6 and abs(known.y - lat) < 1e-6
        return None if unmoved and not item.required else Place(lon, lat)

    def uploads(self) -> list[str]:
        """The ids of the uploads, as the upload island sent them."""
        if not isinstance(self.data, QueryDict):
            return []
        return [text for text in self.data.getlist("files") if text][: MOST_FILES + 1]

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or self.cleaned_data)
        for item in self.row.inputs:
            if item.kind == "place":
                given = [cleaned.get("lon"), cleaned.get("lat")]
                if item.required and None in given and not self.errors.keys() & {"lon", "lat"}:
                    self.add_error("lon", _("Mark the place on the map, or fill in both numbers."))
            elif item.kind == "class" and cleaned.get(item.name):
                code = choosing.class_code_of(cleaned[item.name])
                if code is None:
                    self.add_error(item.name, _("Choose a class from the list, or type its code."))
                else:
                    cleaned[item.name] = code
        return cleaned

    def refuse(self, refusal: Refused) -> None:
        """Say why not at the field at fault; without one, above the form."""
        words = str(refusal)
        name = refusal.field
        if name:
            words = words.removeprefix(f"{name}: ")
            words = words[:1].upper() + words[1:]
        aliases = {"place": "lon", "uploads": "files", "class": "case_class"}
        wanted = aliases.get(name or "", name)
        if wanted == "lon" and "lon" not in self.fields:
            wanted = None
        self.add_error(wanted if wanted in self.fields else None, words)

    # -- drawing -----------------------------------------------------------------------------
    def parts(self) -> list[Part]:
        """The inputs in the order of the table, for the template."""
        return [self._part(item) for item in self.row.inputs]

    def _part(self, item: rules.Input) -> Part:
        names = {"place": ("lon", "lat"), "limit": ("limit", "limit_unit")}
        bound = tuple(self[name] for name in names.get(item.kind, (item.name,)))
        errors = [str(error) for one in bound for error in one.errors]
        return Part(
            item.name,
            item.kind,
            str(input_label(self.move, item.name, item.kind)),
            str(input_help(self.move, item.name)),
            item.required,
            bound,
            errors,
        )

    @property
    def has_files(self) -> bool:
        return any(item.kind == "files" for item in self.row.inputs)

    @property
    def chosen_units(self) -> set[str]:
        """What is ticked in the pick lists: as sent, or the suggestion."""
        if isinstance(self.data, QueryDict) and self.is_bound:
            return {*self.data.getlist("unit")}
        if self.units is not None and self.units.suggested:
            return {self.units.suggested[0].value}
        return set()

    @property
    def chosen_co_units(self) -> set[str]:
        """Units that help: as sent, or those the rule names."""
        if isinstance(self.data, QueryDict) and self.is_bound:
            return {*self.data.getlist("co_units")}
        return set(self.units.co_units) if self.units is not None else set()

    def place_value(self) -> tuple[Any, Any]:
        """Longitude and latitude to show: as sent, or the case's own."""
        if self.is_bound:
            return self.data.get("lon", ""), self.data.get("lat", "")
        place = self.case.place
        if place is None or self.move in ("check", "report_back"):
            return "", ""
        return round(place.x, 6), round(place.y, 6)


# -- one maker a kind --------------------------------------------------------------------------
def _label(form: MoveForm, item: rules.Input) -> dict[str, Any]:
    return {
        "label": input_label(form.move, item.name, item.kind),
        "help_text": input_help(form.move, item.name),
        "required": item.required,
    }


def _text(form: MoveForm, item: rules.Input) -> None:
    if item.name == "address":
        form.fields[item.name] = forms.CharField(
            **_label(form, item), max_length=200, initial=form.case.address
        )
        return
    area = forms.Textarea(attrs={"rows": 3})
    form.fields[item.name] = forms.CharField(**_label(form, item), max_length=2000, widget=area)


def _bool(form: MoveForm, item: rules.Input) -> None:
    yes, no = YES_NO.get(item.name, (gettext_lazy("Yes"), gettext_lazy("No")))
    form.fields[item.name] = forms.ChoiceField(
        **_label(form, item), choices=[("yes", yes), ("no", no)], widget=forms.RadioSelect
    )


def _units(form: MoveForm) -> choices.UnitOptions:
    if form.units is None:
        form.units = choices.units_for(form.case, on=choices.today())
    return form.units


def _unit(form: MoveForm, item: rules.Input) -> None:
    known = sorted(_units(form).known)
    form.fields[item.name] = forms.ChoiceField(
        **_label(form, item),
        choices=[(value, value) for value in known],
        error_messages={"invalid_choice": gettext_lazy("Choose a unit from the list.")},
    )


def _co_units(form: MoveForm, item: rules.Input) -> None:
    known = sorted(_units(form).known)
    form.fields[item.name] = forms.MultipleChoiceField(
        **_label(form, item), choices=[(value, value) for value in known]
    )


def _centre(form: MoveForm, item: rules.Input) -> None:
    options = choices.centres_below(form.case)
    form.fields[item.name] = forms.ChoiceField(
        **_label(form, item),
        widget=PlainSelect,
        choices=[("", pgettext_lazy("choice", "Choose")), *((o.value, o.label) for o in options)],
    )


def _post(form: MoveForm, item: rules.Input) -> None:
    options = choices.workers_for(form.case, _WORKER_GRANT.get(form.move, "cases.check"))
    form.fields[item.name] = forms.ChoiceField(
        **_label(form, item),
        widget=PlainSelect,
        choices=[
            ("", pgettext_lazy("choice", "the worker of the grid")),
            *((o.value, o.label) for o in options),
        ],
    )


def _class(form: MoveForm, item: rules.Input) -> None:
    missing = form.move in _MAKES_WHOLE and form.case.case_class is None
    form.fields[item.name] = forms.CharField(
        **(_label(form, item) | {"required": item.required or missing}),
        max_length=80,
        initial=choosing.class_text(form.case.case_class),
        widget=Suggested("desk:find_classes"),
    )


def _condition(form: MoveForm, item: rules.Input) -> None:
    typed = form.data.get("case_class", "") if form.is_bound else ""
    own = form.case.case_class.code if form.case.case_class is not None else None
    code = choosing.class_code_of(typed) if typed else own
    form.fields[item.name] = forms.ChoiceField(
        **_label(form, item),
        widget=PlainSelect,
        initial=form.case.condition_id or "",
        choices=condition_choices(code),
        error_messages={
            "invalid_choice": gettext_lazy("This condition does not belong to the class.")
        },
    )


def condition_choices(code: str | None) -> list[tuple[str, Any]]:
    """The filing conditions of a class to choose from."""
    first = ("", pgettext_lazy("choice", "the first condition of the class"))
    return [first, *((str(c.pk), f"{c.number}. {c.label}") for c in choices.conditions_of(code))]


def _urgency(form: MoveForm, item: rules.Input) -> None:
    form.fields[item.name] = forms.ChoiceField(
        **_label(form, item),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        initial=form.case.urgency,
    )


def _handling(form: MoveForm, item: rules.Input) -> None:
    form.fields[item.name] = forms.ChoiceField(
        **_label(form, item),
        choices=Handling.choices,
        widget=PlainSelect,
        initial=form.case.handling,
    )


def _place(form: MoveForm, item: rules.Input) -> None:
    for name in ("lon", "lat"):
        form.fields[name] = forms.FloatField(
            required=False,
            error_messages={"invalid": gettext_lazy("Give degrees, such as 119.451200.")},
        )


def _files(form: MoveForm, item: rules.Input) -> None:
    form.fields[item.name] = forms.CharField(**(_label(form, item) | {"required": False}))


def _date(form: MoveForm, item: rules.Input) -> None:
    least = {"data-min": timezone.localdate().isoformat()}
    form.fields[item.name] = DayField(**_label(form, item), widget=DayInput(least))


def _number(form: MoveForm, item: rules.Input) -> None:
    form.fields[item.name] = forms.CharField(**_label(form, item), max_length=40)


def _limit(form: MoveForm, item: rules.Input) -> None:
    form.fields["limit"] = forms.DecimalField(
        **_label(form, item), min_value=Decimal("0.5"), max_value=1000, decimal_places=2
    )
    form.fields["limit_unit"] = forms.ChoiceField(
        choices=[(unit, unit_text(unit)) for unit in LIMIT_UNITS],
        widget=PlainSelect,
        initial="work_day",
        label=pgettext_lazy("input", "Unit of time"),
    )


def _rating(form: MoveForm, item: rules.Input) -> None:
    form.fields[item.name] = forms.ChoiceField(
        **_label(form, item), choices=RATINGS, widget=forms.RadioSelect
    )


def _level(form: MoveForm, item: rules.Input) -> None:
    form.fields[item.name] = forms.ChoiceField(
        **_label(form, item),
        choices=Supervision.choices,
        widget=forms.RadioSelect,
        initial=Supervision.ATTEND,
    )


_MAKERS: dict[str, Callable[[MoveForm, rules.Input], None]] = {
    "text": _text, "reason": _text, "bool": _bool, "unit": _unit, "units": _co_units,
    "centre": _centre, "post": _post, "class": _class, "condition": _condition,
    "urgency": _urgency, "handling": _handling, "place": _place, "files": _files, "date": _date,
    "number": _number, "limit": _limit, "rating": _rating,
    "level": _level,
}  # fmt: skip


def form_for(
    move: str,
    case: Case,
    user: User,
    data: QueryDict | None = None,
    *,
    initial: dict[str, Any] | None = None,
) -> MoveForm:
    """The form of `move` on `case` for `user`, drawn from the table of moves."""
    return MoveForm(move, case, user, data, initial)
