"""The leader's four moves: few words, no data entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases import policy, rules
from linli.cases.rules import Supervision
from linli.cockpit.queries.counted import KINDS, PARTS, base_of
from linli.kernel.errors import Refused
from linli.kernel.forms import DayField, DayInput

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

#: In the order of the page.
MOVES = (
    "sign_escalation", "refuse_escalation", "consent_extension", "consent_suspension",
    "refuse_consent", "supervise", "comment",
)  # fmt: skip
#: What waits for the leader's word: open on the page before anything is chosen.
WAITING = frozenset({"sign_escalation", "consent_extension", "consent_suspension"})
_LABELS = {
    "supervise": pgettext_lazy("input", "Order"),
    "comment": pgettext_lazy("input", "Comment"),
    "sign_escalation": pgettext_lazy("input", "Opinion"),
    "refuse_escalation": pgettext_lazy("input", "Reason"),
    "consent_extension": pgettext_lazy("input", "Opinion"),
    "consent_suspension": pgettext_lazy("input", "Opinion"),
    "refuse_consent": pgettext_lazy("input", "Reason"),
}


class DayForm(forms.Form):
    """The last day of the period."""

    on = DayField(label=gettext_lazy("Up to"), required=False)


class CountedForm(forms.Form):
    """Which number's cases are asked for."""

    count = forms.CharField(max_length=40)
    since, until = DayField(), DayField()
    by = forms.ChoiceField(choices=[(one, one) for one in ("", *KINDS)], required=False)
    key = forms.CharField(max_length=20, required=False)
    part = forms.ChoiceField(choices=[(one, one) for one in ("", *PARTS)], required=False)
    after = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def clean(self) -> dict[str, Any]:
        """The count has to be one of those of its kind, the days in order."""
        given = super().clean() or {}
        try:
            given["base"] = base_of(given.get("count", ""), given.get("by", ""))
        except KeyError:
            self.add_error("count", gettext_lazy("There is no such count here."))
        if given.get("part") and given.get("by"):
            self.add_error("part", gettext_lazy("A part is told apart no further: leave “by” out."))
        if "since" in given and "until" in given and given["since"] > given["until"]:
            self.add_error("until", gettext_lazy("The last day lies before the first."))
        return given


class ScreenForm(forms.Form):
    """What a screen is set up with."""

    token = forms.CharField(
        label=gettext_lazy("Token"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Paste the token that was shown once.")},
    )


class MoveForm(forms.Form):
    """The inputs of one of the leader's moves. `values()` is what `services.perform` takes."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    opinion = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, move: str, case: Case, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id=f"id_{move}_%s", initial={"seen": case.event_count})
        self.move = move
        row = rules.MOVES[move]
        opinion = self.fields["opinion"]
        opinion.label = _LABELS[move]
        opinion.required = any(i.name == "opinion" and i.required for i in row.inputs)
        opinion.error_messages["required"] = gettext_lazy("Write a few words.")
        if move == "supervise":
            self.fields["level"] = forms.ChoiceField(
                label=pgettext_lazy("input", "Level"),
                choices=Supervision.choices,
                initial=Supervision.ATTEND,
                widget=forms.RadioSelect,
            )
            self.fields["until"] = DayField(
                label=pgettext_lazy("input", "To be done by"),
                required=False,
                widget=DayInput({"data-min": timezone.localdate().isoformat()}),
            )
            self.order_fields(["level", "opinion", "until", "seen"])

    def values(self) -> dict[str, Any]:
        """The inputs by name."""
        cleaned = self.cleaned_data
        found: dict[str, Any] = {"opinion": cleaned["opinion"]}
        if self.move == "supervise":
            found |= {"level": cleaned["level"], "until": cleaned["until"]}
        return found

    def refuse(self, refusal: Refused) -> None:
        """Say why not at the field at fault; without one, above the form."""
        words = str(refusal)
        if refusal.field:
            words = words.removeprefix(f"{refusal.field}: ")
            words = words[:1].upper() + words[1:]
        self.add_error(refusal.field if refusal.field in self.fields else None, words)


def forms_for(user: User, case: Case) -> list[MoveForm]:
    """A form for each of the leader's moves that is open to `user`. No query."""
    may = policy.moves_for(user, case)
    return [MoveForm(move, case) for move in MOVES if move in may]
