"""The operator's form: a call becomes a report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy

from linli.cases.forms import ReportForm
from linli.cases.rules import Channel
from linli.kernel.forms import PlainSelect

#: What an operator takes in by hand; machines and residents have their own doors.
BY_HAND = (Channel.HOTLINE, Channel.COUNTER, Channel.WECHAT, Channel.PETITION, Channel.POLICE,
           Channel.SUPERIOR, Channel.MEDIA)  # fmt: skip


class IntakeForm(ReportForm):
    """A report from whatever channel an operator takes in by hand."""

    channel = forms.ChoiceField(
        label=pgettext_lazy("input", "Channel"),
        widget=PlainSelect,
        choices=lambda: [(c.value, c.label) for c in BY_HAND],
        initial=Channel.HOTLINE,
    )

    def joining(self) -> dict[str, Any]:
        """What `services.add_report` takes, but for the case, who and when."""
        return {**super().joining(), "channel": self.cleaned_data["channel"]}
