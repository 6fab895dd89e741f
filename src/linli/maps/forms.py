"""The filter bar of the map: the list's filters, the frequent ones as fields."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.cases.rules import OPEN, Stage
from linli.cases.rules.filters import CaseFilter
from linli.catalogue import queries as catalogue
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User

ANY = ("", pgettext_lazy("filter", "any"))
ALL = "all"  # said in the address, since a map without a filter shows what is open
_HIDDEN = (
    "queue", "grid", "unit", "channel", "urgency", "handling", "suspended", "mine", "supervised",
    "self_handled",
)  # fmt: skip


def read_filter(query: QueryDict) -> CaseFilter:
    """The filter of a query string; `stage=all` is every stage. Raises BadInput."""
    given: dict[str, Any] = {name: query.getlist(name) for name in query}
    if given.get("stage") == [ALL]:
        del given["stage"]
    return CaseFilter.parse(given)


def query_of(wanted: CaseFilter) -> dict[str, str]:
    """The filter as the map's own query string."""
    return {"stage": ALL} | wanted.query()


class MapFilterForm(forms.Form):
    """Shows a `CaseFilter`; reading is done by `read_filter`."""

    q = forms.CharField(label=pgettext_lazy("filter", "Words or number"), required=False)
    stage = forms.ChoiceField(
        label=pgettext_lazy("filter", "Stage"),
        required=False,
        choices=lambda: [("open", _("all open")), (ALL, ANY[1]), *Stage.choices],
    )
    light = forms.ChoiceField(
        label=pgettext_lazy("filter", "Light"),
        required=False,
        choices=lambda: [
            ANY,
            ("green", _("On time")),
            ("yellow", _("Due soon")),
            ("red", _("Overdue")),
        ],
    )
    region = forms.ChoiceField(label=pgettext_lazy("filter", "Region"), required=False)
    since = forms.DateField(
        label=pgettext_lazy("filter", "Reported from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=pgettext_lazy("filter", "Reported until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, user: User, wanted: CaseFilter) -> None:
        given = query_of(wanted)
        if wanted.stages == tuple(stage.value for stage in OPEN):
            given["stage"] = "open"
        super().__init__(initial=given)
        kind = forms.ChoiceField(label=pgettext_lazy("filter", "Class"), required=False)
        kind.choices = [ANY, *_classes()]
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = [ANY, *_regions(user)]
        order = ("q", "stage", "class", "light", "region", "since", "until")
        fields = {**self.fields, "class": kind}
        self.fields = {name: fields[name] for name in order}
        for name in _HIDDEN:  # set elsewhere (the list), kept here
            if name in given:
                self.fields[name] = forms.CharField(widget=forms.HiddenInput)
        stages = [choice[0] for choice in self.fields["stage"].choices]  # type: ignore[attr-defined]  # a ChoiceField
        if given["stage"] not in stages:  # several stages, chosen elsewhere
            several = (given["stage"], ", ".join(str(Stage(s).label) for s in wanted.stages))
            self.fields["stage"].choices = [several, *self.fields["stage"].choices]  # type: ignore[attr-defined]  # a ChoiceField


def _classes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every class in use below its major class, whose code alone stands for all of them."""
    groups = []
    for code, members in groupby(catalogue.classes(), key=lambda kind: kind.code[:3]):
        kinds = list(members)
        major = kinds[0].major_label
        groups.append(
            (major, [(code, f"{code} {major}"), *((k.code, f"{k.code} {k.label}") for k in kinds)])
        )
    return groups


def _regions(user: User) -> list[tuple[str, str]]:
    """The regions of the person's posts and what lies below them, indented."""
    tree = territory.tree()
    own = {s.region_id for s in user.seats if s.reach == "region" and s.region_id is not None}
    lines: list[tuple[str, str]] = []

    def add(region: territory.RegionFacts, depth: int) -> None:
        lines.append((region.code, "\u3000" * depth + region.name))
        for child in tree.children_of(region.id):
            add(child, depth + 1)

    for root in [tree.region(id_) for id_ in sorted(own)] or tree.children_of(None):
        add(root, 0)
    return lines
