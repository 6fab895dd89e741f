"""What an operator writes down during a call, and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.cases.forms import ReportForm
from linli.hotline.queries.lines import kinds_of
from linli.hotline.services.calling import MOST_ANSWER, MOST_NOTE
from linli.kernel.forms import say_what_is_missing

if TYPE_CHECKING:
    from linli.hotline.models import Call


class CallForm(ReportForm):
    """A report with the kind of call, and the answer that may make a case needless."""

    door = "hotline"
    kind = forms.ChoiceField(label=pgettext_lazy("call", "Kind"), widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Answer given"),
        required=False,
        max_length=MOST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only for a call that is answered at once and needs no case."),
    )
    promised = forms.BooleanField(
        label=_("I find out and call back: put the caller on the call-back list"), required=False
    )

    def __init__(self, call: Call, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"phone": call.phone, "name": call.name})
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(one.code, one.label) for one in kinds_of(call.line)]
        self.fields["description"].widget.attrs.pop("autofocus", None)
        self.fields["phone"].widget.attrs["autofocus"] = True
        say_what_is_missing(self)

    def look_at_fault(self) -> None:
        """The first field at fault, as they stand on the page, is where the operator's keys go."""
        at_fault = next((n for n in ("phone", "kind", *self.fields) if n in self.errors), None)
        if at_fault is not None:
            self.fields["phone"].widget.attrs.pop("autofocus", None)
            self.fields[at_fault].widget.attrs["autofocus"] = True

    def answering(self) -> dict[str, Any]:
        """What `services.answer_call` takes, but for the call, who and when."""
        cleaned = self.cleaned_data
        named = {name: cleaned[name] for name in ("kind", "answer", "name", "phone", "promised")}
        return {**named, "words": cleaned["description"]}

    def filing(self) -> dict[str, Any]:
        """What `services.open_case` takes, but for the call, who and when."""
        return self._without_key(self.values())

    def adding(self) -> dict[str, Any]:
        """What `services.join_case` takes, but for the call, the case, who and when."""
        return self._without_key(self.joining())

    def _without_key(self, values: dict[str, Any]) -> dict[str, Any]:
        """The call itself is the key: it ends once."""
        values.pop("submission_key")
        return {**values, "kind": self.cleaned_data["kind"]}


class NoteForm(forms.Form):
    """The note after a call."""

    note = forms.CharField(
        label=_("Note after the call"),
        required=False,
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For colleagues: what was agreed, what to look at next time."),
    )
