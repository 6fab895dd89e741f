"""Forms of what goes out: webhooks, deliveries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.cases.rules import MOVES
from linli.console.forms.lists import ALL
from linli.console.forms.parts import RegionField, words
from linli.deliveries.rules import KINDS, State
from linli.notices.rules import Channel
from linli.notices.rules import State as MessageState

EVENTS = [("report", pgettext_lazy("webhook", "Reported")), ("add_report", _("A further report"))]


class DeliveryFilter(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ALL, *State.choices])
    kind = forms.ChoiceField(label=pgettext_lazy("console", "Kind"), required=False)
    target = words(_("Receiver"), 120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [ALL, *((code, one.label) for code, one in sorted(KINDS.items()))]


class DropForm(forms.Form):
    reason = words(_("Reason"), 200)


class MessageFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[ALL, *MessageState.choices]
    )
    channel = forms.ChoiceField(label=_("Way"), required=False, choices=[ALL, *Channel.choices])


class WordsForm(forms.Form):
    """Words of a message; what fits is decided by the service, so that the field is named there."""

    subject = words(_("Subject of the e-mail"), 200)
    body = forms.CharField(
        label=_("E-mail"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    short = forms.CharField(
        label=pgettext_lazy("channel", "Text message"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class QuietForm(forms.Form):
    """One channel's hours, or none."""

    begins = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("Both empty: never quiet. 22:00 to 07:00 goes over midnight."),
    )


class WebhookForm(forms.Form):
    name = words(
        pgettext_lazy("console", "Name"), 80, help_text=_("Who receives, such as “12345 hotline”.")
    )
    url = words(
        _("Web address"),
        500,
        help_text=_("https://… Each event is sent there by POST."),
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    moves = forms.MultipleChoiceField(
        label=_("Events told"),
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text=_("Nothing ticked: all of them."),
    )
    class_codes = words(
        _("Classes"),
        500,
        required=False,
        help_text=_("Codes or their beginnings, with spaces between. Empty: all classes."),
    )
    region = RegionField(required=False, help_text=_("Empty: everything the post sees."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        moves: Any = self.fields["moves"]
        moves.choices = [*EVENTS, *((code, move.label) for code, move in MOVES.items())]

    def clean_class_codes(self) -> list[str]:
        """Codes with spaces or commas between."""
        text: str = self.cleaned_data["class_codes"]
        return text.upper().replace(",", " ").replace("，", " ").replace("、", " ").split()


class NewWebhookForm(WebhookForm):
    post = forms.TypedChoiceField(
        label=_("Acts as"),
        coerce=int,
        help_text=_("The receiver is told of cases that this post sees, and of no others."),
    )
    field_order = ("name", "url", "post")

    def __init__(self, *args: Any, posts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        post: Any = self.fields["post"]
        post.choices = [("", "—"), *posts]


def moves_text(moves: list[str]) -> str:
    """Chosen events as a line of a table."""
    labels = dict(EVENTS) | {code: move.label for code, move in MOVES.items()}
    return "、".join(str(labels.get(move, move)) for move in moves)
