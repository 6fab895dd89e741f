"""What was learned: versions, figures of each class, taking into use and back, switching off."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.suggestions import SuggestionSettingsForm
from linli.console.queries.history import log_history
from linli.console.queries.suggestions import label_rows, names_of_labels
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import Action, form_page, list_page, post_answer
from linli.staff.web import StaffRequest, staff_page
from linli.suggestions import queries, services

_PURPOSES = ("class", "unit")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.SUGGESTIONS)
def suggestions(request: StaffRequest) -> HttpResponse:
    """The switches, and under them the versions of both purposes."""
    how = queries.settings()

    def act(data: dict[str, Any]) -> str:
        services.change_settings(actor=request.user, now=timezone.now(), **data)
        return reverse("console:suggestions")

    form = SuggestionSettingsForm(
        request.POST or None,
        initial={name: getattr(how, name) for name in SuggestionSettingsForm.base_fields},
    )
    return form_page(
        request,
        form,
        act,
        title=_("Suggestions"),
        back=reverse("console:overview"),
        template="console/suggestions.html",
        text=_("What the words of a report suggest is learned from closed cases, here and nowhere "
               "else. It is shown with how sure it is and why, and decides nothing."),
        purposes=[
            {
                "code": purpose,
                "title": _("Classes") if purpose == "class" else pgettext("suggestion", "Units"),
                "table": _versions(purpose),
            }
            for purpose in _PURPOSES
        ],
        history=log_history("suggestion_settings", 1),
    )  # fmt: skip


def _versions(purpose: str) -> Table:
    return Table(
        heads=(
            _("Version"),
            _("Learned from"),
            _("Made"),
            _("Held-out texts"),
            _("Macro-F1"),
            _("Right at once"),
            _("Among three"),
            _("State"),
            "",
        ),
        numbers=(3, 4, 5, 6),
        rows=[
            row(
                link(one.number, reverse("console:suggestion_version", args=[one.pk])),
                Cell(
                    text=one.get_source_display(),
                    under=_("%(examples)d texts, %(labels)d labels")
                    % {"examples": one.examples, "labels": one.labels},
                ),
                Cell(when=one.made_at),
                one.held_out,
                _share(one.macro_f1),
                _share(one.accuracy),
                _share(one.top3),
                Cell(text=one.get_state_display(), tag=True, under=one.get_reason_display()),
                Cell()
                if one.state == "in_force"
                else Cell(
                    text=_("Put in force"),
                    post=reverse("console:choose_suggestion_version", args=[one.pk]),
                ),
                ended=one.state == "refused",
            )
            for one in queries.versions(purpose)
        ],
        empty=_("Nothing was learned yet. Closed cases are needed; ask for it once there are."),
        icon="bulb",
        label=_("Versions"),
    )


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f} %"


@require_safe
@staff_page(areas.SUGGESTIONS)
def version(request: StaffRequest, version_id: int) -> HttpResponse:
    """A version's figures label by label, on texts it never saw."""
    found = queries.version_of(version_id)
    rows, names = label_rows(found), names_of_labels(found)
    table = Table(
        heads=(
            _("Label"), _("Held-out texts"), _("Found"), _("Precision"), _("Recall"), _("F1"),
        ),
        numbers=(1, 2, 3, 4, 5),
        rows=[
            row(
                names.get(one.label, one.label),
                one.texts,
                one.found,
                _share(one.precision),
                _share(one.recall),
                _share(one.f1),
            )
            for one in rows
        ],
        empty=_("There were no held-out texts to measure this version with."),
        icon="bulb",
        label=_("Figures by label"),
    )  # fmt: skip
    text = _(
        "%(source)s, %(when)s, by %(who)s. %(size)d kB, SHA-256 %(hash)s…. Confidence is off by "
        "%(off)s on average."
    ) % {
        "source": found.get_source_display(),
        "when": timezone.localtime(found.made_at).strftime("%Y-%m-%d %H:%M"),
        "who": found.made_by or _("the schedule"),
        "size": round(found.size_bytes / 1000),
        "hash": found.sha256[:12],
        "off": _share(found.calibration_error),
    }
    if found.compared:
        text += " " + _("Compared with version %(number)d on the same texts: %(f1)s.") % {
            "number": found.compared["number"],
            "f1": _share(found.compared["macro_f1"]),
        }
    back = Action(_("Suggestions"), reverse("console:suggestions"), "bulb")
    title = _("Version %(number)d: %(purpose)s") % {
        "number": found.number,
        "purpose": found.get_purpose_display(),
    }
    return list_page(request, table, title=title, text=text, actions=[back])


@require_POST
@staff_page(areas.SUGGESTIONS)
def choose_version(request: StaffRequest, version_id: int) -> HttpResponse:
    """From now on this version suggests."""
    return post_answer(
        request,
        lambda: services.put_in_force(
            actor=request.user, version_id=version_id, now=timezone.now()
        ),
        done=_("This version is in force now."),
        to=reverse("console:suggestions"),
    )


@require_POST
@staff_page(areas.SUGGESTIONS)
def learn(request: StaffRequest, purpose: str) -> HttpResponse:
    """A new version, made in the background."""
    return post_answer(
        request,
        lambda: services.ask_to_learn(actor=request.user, purpose=purpose, now=timezone.now()),
        done=_("The worker learns now; the new version stands here in a minute or two."),
        to=reverse("console:suggestions"),
    )
