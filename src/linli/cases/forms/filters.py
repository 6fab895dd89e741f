"""The filter bar of every list of cases: the desk's, the map's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases.queries import choosing
from linli.cases.rules import OPEN, Channel, Handling, Stage, Urgency
from linli.cases.rules.filters import CaseFilter
from linli.catalogue import queries as catalogue
from linli.kernel.errors import BadInput
from linli.kernel.forms import DayField, DayInput, PlainSelect, Suggested

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linli.staff.models import User

ANY = ("", pgettext_lazy("filter", "any"))
#: Seldom needed: folded away until one of them is set.
MORE = (
    "queue", "grid", "channel", "urgency", "handling", "suspended", "supervised", "self_handled",
    "mine",
)  # fmt: skip


def read_filter(query: QueryDict) -> CaseFilter:
    """The filter of a query string, with class and unit as people write them.

    Raises BadInput naming the parameter. One query where class or unit is given.
    """
    given: dict[str, Any] = {name: query.getlist(name) for name in query}
    if words := query.get("class", "").strip():
        code = choosing.class_code_of(words)
        if code is None:
            raise BadInput(
                _("class: no class or several are called “%(words)s”. Choose one from the list.")
                % {"words": words[:40]},
                field="class",
            )
        given["class"] = code
    if words := query.get("unit", "").strip():
        unit = choosing.unit_id_of(words)
        if unit is None:
            raise BadInput(
                _("unit: no unit or several are called “%(words)s”. Choose one from the list.")
                % {"words": words[:40]},
                field="unit",
            )
        given["unit"] = str(unit)
    return CaseFilter.parse(given)


class FilterForm(forms.Form):
    """Shows a `CaseFilter`; reading is done by `read_filter`. `queues` are names and labels of the
    queues to choose from; without any, a queue that is set stays set, unseen."""

    q = forms.CharField(label=pgettext_lazy("filter", "Words or number"), required=False)
    stage = forms.ChoiceField(
        label=pgettext_lazy("filter", "Stage"),
        required=False,
        widget=PlainSelect,
        choices=lambda: [ANY, ("open", gettext_lazy("all open")), *Stage.choices],
    )
    region = forms.ChoiceField(
        label=pgettext_lazy("filter", "Region"), required=False, widget=PlainSelect
    )
    unit = forms.CharField(
        label=pgettext_lazy("filter", "Unit"), required=False, widget=Suggested("desk:find_units")
    )
    light = forms.ChoiceField(
        label=pgettext_lazy("filter", "Light"),
        required=False,
        widget=PlainSelect,
        choices=lambda: [
            ANY,
            ("green", gettext_lazy("On time")),
            ("yellow", gettext_lazy("Due soon")),
            ("red", gettext_lazy("Overdue")),
        ],
    )
    since = DayField(
        label=pgettext_lazy("filter", "Reported from"),
        required=False,
        widget=DayInput(until="until"),
    )
    until = DayField(label=pgettext_lazy("filter", "Reported until"), required=False)
    queue = forms.ChoiceField(
        label=pgettext_lazy("filter", "Queue"), required=False, widget=PlainSelect
    )
    grid = forms.CharField(label=pgettext_lazy("filter", "Grid code"), required=False)
    channel = forms.ChoiceField(
        label=pgettext_lazy("filter", "Channel"),
        required=False,
        widget=PlainSelect,
        choices=lambda: [ANY, *Channel.choices],
    )
    urgency = forms.ChoiceField(
        label=pgettext_lazy("filter", "Urgency"),
        required=False,
        widget=PlainSelect,
        choices=lambda: [ANY, *Urgency.choices],
    )
    handling = forms.ChoiceField(
        label=pgettext_lazy("filter", "Handling"),
        required=False,
        widget=PlainSelect,
        choices=lambda: [ANY, *Handling.choices],
    )
    suspended = forms.ChoiceField(
        label=pgettext_lazy("filter", "Suspended"),
        required=False,
        widget=PlainSelect,
        choices=lambda: [ANY, ("1", gettext_lazy("suspended")), ("0", gettext_lazy("running"))],
    )
    supervised = forms.BooleanField(label=pgettext_lazy("filter", "Supervised"), required=False)
    self_handled = forms.BooleanField(
        label=pgettext_lazy("filter", "Handled on the spot"), required=False
    )
    mine = forms.BooleanField(label=pgettext_lazy("filter", "Mine only"), required=False)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        user: User,
        wanted: CaseFilter,
        typed: QueryDict | None = None,
        *,
        queues: Iterable[tuple[str, Any]] = (),
    ) -> None:
        initial: dict[str, Any] = dict(wanted.query())
        if wanted.stages:
            initial["stage"] = _one_stage(wanted)
        if wanted.unit is not None:
            names = choosing.unit_names([wanted.unit])
            initial["unit"] = f"{names.get(wanted.unit, '')} #{wanted.unit}".strip()
        if wanted.case_class:
            initial["class"] = _class_words(wanted.case_class)
        if typed is not None:  # a filter that could not be read is shown as it was typed
            initial = {name: typed.get(name, "") for name in typed}
        super().__init__(initial=initial)
        field = forms.CharField(
            label=pgettext_lazy("filter", "Class"),
            required=False,
            widget=Suggested("desk:find_classes"),
        )
        self.fields = {
            "q": self.fields["q"],
            "stage": self.fields["stage"],
            "class": field,
            **{n: f for n, f in self.fields.items() if n not in ("q", "stage")},
        }
        self._offer("region", _region_choices(user))
        self._queues = list(queues)
        if self._queues:
            self._offer("queue", self._queues)
        else:
            self.fields["queue"] = forms.CharField(required=False, widget=forms.HiddenInput)
        if len(wanted.stages) > 1 and initial["stage"] != "open":  # several, chosen elsewhere
            several = ", ".join(str(Stage(stage).label) for stage in wanted.stages)
            self._offer("stage", [(",".join(wanted.stages), several)])

    def _offer(self, name: str, more: Iterable[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        known: list[Any] = [*field.choices] or [ANY]  # type: ignore[misc]  # read from a field they can be walked
        field.choices = [known[0], *more, *known[1:]]

    def visible_fields(self) -> list[forms.BoundField]:
        """The filters that always show; the kit draws these."""
        seen = [self[name] for name in self.fields if name not in MORE]
        return [bound for bound in seen if not bound.is_hidden]

    def more_fields(self) -> list[forms.BoundField]:
        """The filters behind “more”."""
        return [self[name] for name in MORE if not self[name].is_hidden]

    def drawn_alike(self, name: str) -> tuple[str, ...] | None:
        """For the kit's `field`: a filter that is not set looks the same for everybody, but for the
        regions, and the queues a page offers. Never what a person has typed."""
        if name == "region" or self.initial.get(name) or self.is_bound:
            return None
        return tuple(code for code, _label in self._queues) if name == "queue" else ()

    @property
    def more_set(self) -> bool:
        """Whether a folded filter is set, so that they show; the queue is the page's title."""
        return any(self.initial.get(name) for name in MORE if name != "queue")


def _one_stage(wanted: CaseFilter) -> str:
    if wanted.stages == tuple(stage.value for stage in OPEN):
        return "open"
    return ",".join(wanted.stages)


def _class_words(code: str) -> str:
    found = [c for c in catalogue.classes() if c.code == code]
    return choosing.class_text(found[0]) if found else code


def _region_choices(user: User) -> list[tuple[str, str]]:
    lines = []
    for depth, region in choosing.regions_for(user):
        lines.append((region.code, "\u3000" * depth + region.name))
    return lines
