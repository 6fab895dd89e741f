"""The forms of our own pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases.rules.purposes import Purpose
from linli.kernel.forms import PlainSelect
from linli.staff import queries as staff
from linli.staff.models import Unit
from linli.workorders.queries import platforms
from linli.workorders.rules.documents import steps
from linli.workorders.rules.kinds import Kind, OrderState, Reason, Review, Status, Told
from linli.workorders.rules.mapping import FIELDS, OTHERWISE, TABLED, Fault, Ours, Rule, rules_of
from linli.workorders.rules.outgoing import USUAL, check_fields

MOMENT = "%Y-%m-%d %H:%M"


class PairsField(forms.CharField):
    """Lines of `left = right`, as a list of pairs; the same left twice is refused."""

    def __init__(self, *, rows: int = 4, **more: Any) -> None:
        area = forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})
        super().__init__(max_length=20_000, required=False, widget=area, **more)

    def clean(self, value: Any) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for line in str(super().clean(value)).splitlines():
            if not line.strip():
                continue
            left, sign, right = line.partition("=")
            left, right = left.strip(), right.strip()
            if not (left and sign) or len(left) > 200 or len(right) > 200:
                raise ValidationError(
                    _("“%(line)s” is not of the form left = right.") % {"line": line[:40]}
                )
            if left in found:
                raise ValidationError(_("“%s” is there twice.") % left[:40])
            found[left] = right
        return list(found.items())


def paired(rows: Iterable[tuple[str, str]]) -> str:
    """What `PairsField` reads, of pairs."""
    return "\n".join(f"{left} = {right}" for left, right in rows)


class PlatformForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("platform", "Name"), max_length=80)
    centre = forms.ModelChoiceField(
        label=gettext_lazy("Centre that takes its orders in"), queryset=Unit.objects.none(),
        widget=PlainSelect,
        help_text=gettext_lazy("Its posts see them, and own the cases."),
    )  # fmt: skip
    by_place = forms.BooleanField(
        label=gettext_lazy("Cases belong to the centre of their place"), required=False,
        help_text=gettext_lazy("That of the point or region they name; its posts see the order "
                               "then."),
    )  # fmt: skip
    review = forms.ChoiceField(
        label=gettext_lazy("Orders a person looks at first"), choices=Review.choices
    )
    return_hours = forms.IntegerField(
        label=gettext_lazy("Returned within (working hours)"), min_value=0, max_value=400,
        help_text=gettext_lazy("After its arrival an order can be given back for so long. 0: "
                               "never."),
    )  # fmt: skip
    skew_s = forms.IntegerField(
        label=gettext_lazy("Their clock may be off by (seconds)"), min_value=5, max_value=3600
    )
    crs = forms.ChoiceField(
        label=gettext_lazy("Their coordinates"),
        choices=[
            ("wgs84", "WGS 84 / CGCS2000"), ("gcj02", "GCJ-02 (高德、腾讯)"),
            ("bd09", "BD-09 (百度)"),
        ],
    )  # fmt: skip
    callback_url = forms.CharField(
        label=gettext_lazy("Where they are told"), max_length=500, required=False,
        help_text=gettext_lazy("Each status is posted there, signed. Empty: they ask."),
    )  # fmt: skip
    active = forms.BooleanField(label=pgettext_lazy("platform", "In use"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centre: Any = self.fields["centre"]
        centre.queryset = staff.centres()


_PATH_HELP = {
    "number": gettext_lazy("Such as workOrder.code. Each number becomes one order, however often "
                           "it is sent."),
    "files": gettext_lazy("Such as attachments[].url"),
}  # fmt: skip
_TABLE_HELP = {
    "class": gettext_lazy("A line each: their code = class code, such as 0102 = E0102"),
    "region": gettext_lazy("A line each: their code = region of twelve digits"),
    "kind": gettext_lazy("A line each: their code = consult, help, complaint, tip or advice"),
    "urgency": gettext_lazy("A line each: their code = normal or urgent"),
}


class MappingForm(forms.Form):
    """A row for each field of ours: where it stands, and for codes and dates how it is read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in FIELDS:
            self.fields[f"{one.code}_path"] = forms.CharField(
                label=str(one.label), max_length=200, required=one.required,
                help_text=_PATH_HELP.get(one.code, ""),
                widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
            )  # fmt: skip
            if one.code in TABLED:
                self.fields[f"{one.code}_table"] = PairsField(
                    label=_("Their codes: %s") % one.label, help_text=_TABLE_HELP[one.code]
                )
                self.fields[f"{one.code}_otherwise"] = forms.ChoiceField(
                    label=_("A code that is not listed: %s") % one.label, choices=OTHERWISE
                )
            elif one.shape == "moment":
                self.fields[f"{one.code}_format"] = forms.CharField(
                    label=_("Form of the date: %s") % one.label, max_length=40,
                    help_text=_("iso, seconds, millis, or such as %Y-%m-%d %H:%M:%S"),
                )  # fmt: skip

    @staticmethod
    def known(kept: dict[str, Any]) -> dict[str, Any]:
        """Initial values, of a mapping as it is kept."""
        rules = rules_of(kept)
        found: dict[str, Any] = {}
        for one in FIELDS:
            rule = rules.get(one.code, Rule())
            found[f"{one.code}_path"] = rule.path
            found[f"{one.code}_table"] = paired(rule.table.items())
            found[f"{one.code}_otherwise"] = rule.otherwise
            found[f"{one.code}_format"] = rule.format
        return found

    def rules(self) -> dict[str, Rule]:
        """The mapping that was typed."""
        given = self.cleaned_data
        return {one.code: _rule(one, given) for one in FIELDS if given.get(f"{one.code}_path")}

    def groups(self) -> list[list[Any]]:
        """The fields, those of one of ours together."""
        return [
            [self[name] for name in self.fields if name.rpartition("_")[0] == one.code]
            for one in FIELDS
        ]


def _rule(one: Ours, given: dict[str, Any]) -> Rule:
    return Rule(
        given[f"{one.code}_path"].strip(),
        dict(given.get(f"{one.code}_table") or ()),
        given.get(f"{one.code}_otherwise") or "keep",
        (given.get(f"{one.code}_format") or "iso").strip(),
    )


class SampleForm(forms.Form):
    sample = forms.CharField(
        label=gettext_lazy("One of their messages"), max_length=100_000, required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=gettext_lazy("JSON or XML, as they send it. It is read and not kept; better "
                               "without a person's real name and number."),
    )  # fmt: skip


class WordingForm(forms.Form):
    fields_ = PairsField(
        rows=11, label=gettext_lazy("Fields"),
        help_text=gettext_lazy("A line each: their path = one of number, status, status_words, at, "
                               "words, unit, case, reason, rating, until, id, or a fixed text in "
                               "double quotes."),
    )  # fmt: skip
    statuses = PairsField(
        rows=8, label=gettext_lazy("Status codes"),
        help_text=gettext_lazy("A line each: ours = theirs. Only the listed ones are told; empty: "
                               "all, by our codes."),
    )  # fmt: skip
    reasons = PairsField(
        rows=6, label=gettext_lazy("Reasons for a return"),
        help_text=gettext_lazy("A line each: ours = theirs."),
    )  # fmt: skip
    form = forms.CharField(
        label=gettext_lazy("Form of dates"), max_length=40,
        help_text=gettext_lazy("iso, seconds, millis, or such as %Y-%m-%d %H:%M:%S"),
    )  # fmt: skip
    xml = forms.BooleanField(label=gettext_lazy("Send XML instead of JSON"), required=False)
    root = forms.CharField(
        label=gettext_lazy("Name of the outermost element"), max_length=40, required=False
    )
    ok_path = forms.CharField(
        label=gettext_lazy("Where their answer says yes"), max_length=200, required=False,
        help_text=gettext_lazy("Such as code. Empty: any answer of 2xx is a yes."),
    )  # fmt: skip
    ok_values = forms.CharField(
        label=gettext_lazy("What a yes is"), max_length=200, required=False,
        help_text=gettext_lazy("Values with commas between, such as 0, 200"),
    )  # fmt: skip

    @staticmethod
    def known(kept: dict[str, Any]) -> dict[str, Any]:
        """Initial values, of a wording as it is kept."""
        fields = [tuple(pair) for pair in kept.get("fields") or USUAL]
        return {
            "fields_": paired((path, source) for path, source in fields),
            "statuses": paired((kept.get("statuses") or {}).items()),
            "reasons": paired((kept.get("reasons") or {}).items()),
            "form": kept.get("form") or "iso",
            "xml": bool(kept.get("xml")),
            "root": kept.get("root") or "message",
            "ok_path": kept.get("ok_path") or "",
            "ok_values": ", ".join(kept.get("ok_values") or ()),
        }

    def clean_fields_(self) -> list[tuple[str, str]]:
        """Pairs of a path and a source."""
        pairs: list[tuple[str, str]] = self.cleaned_data["fields_"]
        try:
            check_fields(pairs)
        except ValueError as fault:
            raise ValidationError(str(fault)) from None
        if pairs and not {"number", "status"} <= {source for _path, source in pairs}:
            raise ValidationError(_("number and status have to be among them."))
        return pairs

    def clean_statuses(self) -> dict[str, str]:
        """Our codes to theirs."""
        return _codes(self.cleaned_data["statuses"], Status.values)

    def clean_reasons(self) -> dict[str, str]:
        """Our codes to theirs."""
        return _codes(self.cleaned_data["reasons"], Reason.values)

    def clean_ok_path(self) -> str:
        """A path, or nothing."""
        path = str(self.cleaned_data["ok_path"]).strip()
        try:
            if path:
                steps(path)
        except ValueError:
            raise ValidationError(_("“%s” is no path. Write it like data.state.") % path) from None
        return path

    def wording(self) -> dict[str, Any]:
        """As it is kept."""
        given = dict(self.cleaned_data)
        given["fields"] = given.pop("fields_")
        parts = re.split(r"[,，]", given["ok_values"])
        given["ok_values"] = [part.strip() for part in parts if part.strip()]
        return given


def _codes(pairs: list[tuple[str, str]], allowed: list[str]) -> dict[str, str]:
    for ours, _theirs in pairs:
        if ours not in allowed:
            raise ValidationError(
                _("“%(code)s” is none of ours: %(known)s.")
                % {"code": ours[:40], "known": ", ".join(allowed)}
            )
    return dict(pairs)


# -- orders ----------------------------------------------------------------------------------------
class OrderFilter(forms.Form):
    """What narrows the inbox."""

    state = forms.ChoiceField(label=pgettext_lazy("order", "State"), required=False)
    told = forms.ChoiceField(label=gettext_lazy("Confirmed by them"), required=False)
    platform = forms.ChoiceField(label=gettext_lazy("Platform"), required=False, widget=PlainSelect)
    number = forms.CharField(
        label=gettext_lazy("Number of order or case"), max_length=80, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: dict[str, Any] = {
            "state": OrderState.choices,
            "told": [("open", _("Not confirmed")), (Told.FAILED.value, Told.FAILED.label)],
            "platform": [(str(pk), name) for pk, name in platforms.names()],
        }
        for name, rows in known.items():
            field: Any = self.fields[name]
            field.choices = [("", _("All")), *rows]


class MendForm(forms.Form):
    """The fields of an order that a person can set; what is not changed stays as it was sent."""

    number = forms.CharField(
        label=gettext_lazy("Number of the order"), max_length=80, required=False
    )

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120, required=False)
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    region = forms.RegexField(
        r"^\d{12}$", label=gettext_lazy("Region (code of twelve digits)"), required=False,
        error_messages={"invalid": gettext_lazy("Twelve digits, such as 310109000000.")},
    )  # fmt: skip
    case_class = forms.RegexField(
        r"^[CE]\d{4}$", label=gettext_lazy("Class (code)"), required=False,
        error_messages={"invalid": gettext_lazy("A code of a class, such as E0102.")},
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("Kind of concern"), required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), required=False)
    lon = forms.FloatField(
        label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180
    )
    lat = forms.FloatField(
        label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90
    )
    leave_out = forms.BooleanField(
        label=gettext_lazy("Leave out what else is at fault"), required=False,
        help_text=gettext_lazy("Number and description cannot be left out."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from linli.cases.rules import Urgency

        choices: dict[str, Any] = {"kind": Kind.choices, "urgency": Urgency.choices}
        for name, rows in choices.items():
            field: Any = self.fields[name]
            field.choices = [("", _("As sent")), *rows]

    def values(self, faults: Iterable[Fault] = ()) -> dict[str, Any]:
        """What was changed, by our fields; with `leave_out` nothing for the others at fault."""
        given = self.cleaned_data
        found = {_ours(name): given[name] for name in self.changed_data if name != "leave_out"}
        found = {code: value for code, value in found.items() if value not in ("", None)}
        if given["leave_out"]:
            found = {fault.field: "" for fault in faults if fault.field} | found
        return found


def _ours(name: str) -> str:
    return "class" if name == "case_class" else name


class ReturnForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=Reason.choices)
    words = forms.CharField(
        label=gettext_lazy("What they have to know"), max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class TimeForm(forms.Form):
    until = forms.DateTimeField(
        label=pgettext_lazy("order", "Until"), input_formats=[MOMENT, "%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"placeholder": "2026-11-30 17:00"}, format=MOMENT),
        error_messages={"invalid": gettext_lazy("Give a moment, such as 2026-11-30 17:00.")},
    )  # fmt: skip
    words = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class JoinForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Number of the case"), max_length=30)


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(label=gettext_lazy("What for"), choices=Purpose.choices)


def wished_until(order: Any) -> str:
    """A proposal for a new deadline: their deadline, else now, and two days."""
    moment = (order.due_at or timezone.now()) + timedelta(days=2)
    return timezone.localtime(moment).strftime(MOMENT)
