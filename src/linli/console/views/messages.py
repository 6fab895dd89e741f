"""Messages to residents: what became of them, their words, and when they are silent."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.outward import MessageFilter, QuietForm, WordsForm
from linli.console.queries.history import Past, log_history
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.services import outward as services
from linli.console.views.answering import (
    Action,
    asked,
    form_page,
    list_page,
    older,
    post_answer,
    try_form,
)
from linli.kernel.errors import NotFound
from linli.notices import queries, rules
from linli.notices.rules import Channel, Letter, State, Texts
from linli.notices.services import checked_texts
from linli.staff.web import StaffRequest, staff_page

_LANGUAGES = dict(settings.LANGUAGES)
_SAMPLE = {"number": "20260310-000017-4", "words": "…"}


@require_safe
@staff_page(areas.DELIVERIES)
def messages(request: StaffRequest) -> HttpResponse:
    """Every message, newest first; addresses masked, letters not shown: they tell who reported."""
    form = MessageFilter(request.GET)
    wanted: dict[str, str] = {name: value or "" for name, value in asked(form).items()}
    page = queries.messages(
        state=wanted["state"], channel=wanted["channel"], cursor=request.GET.get("cursor")
    )
    names = {kind.code: str(kind.subject) for kind in rules.message_kinds()}
    table = Table(
        heads=(
            pgettext("message", "To"),
            _("Way"),
            _("About"),
            _("State"),
            _("Tries"),
            _("Made at"),
            "",
        ),
        numbers=(4,),
        rows=[
            row(
                one.masked_address,
                one.get_channel_display(),
                rules.named(names.get(one.kind, one.kind)),
                Cell(text=one.get_state_display(), tag=True, under=one.last_error),
                one.attempts,
                Cell(when=one.created_at),
                Cell(text=_("Send again"), post=reverse("console:retry_message", args=[one.pk]))
                if one.state in (State.FAILED, State.HELD)
                else "",
            )
            for one in page.rows
        ],
        older=older(request, page.next),
        empty=_("Nobody was written to, or nothing fits."),
        icon="mail",
    )
    counts = queries.counts()
    summary = "、".join(f"{State(code).label} {counts[code]}" for code in State if code in counts)
    return list_page(
        request,
        table,
        title=_("Messages"),
        text=summary,
        form=form,
        actions=[
            Action(_("Words of messages"), reverse("console:message_words"), "pencil"),
            *(
                Action(
                    _("Quiet hours: %s") % channel.label,
                    reverse("console:quiet_hours", args=[channel.value]),
                    "moon",
                )
                for channel in Channel
            ),
        ],
    )


@require_POST
@staff_page(areas.DELIVERIES)
def retry_message(request: StaffRequest, message_id: int) -> HttpResponse:
    """Send a message again that failed or was held."""
    return post_answer(
        request,
        lambda: services.retry_message(
            actor=request.user, message_id=message_id, now=timezone.now()
        ),
        done=_("It is sent now."),
        to=reverse("console:messages"),
    )


@require_safe
@staff_page(areas.DELIVERIES)
def message_words(request: StaffRequest) -> HttpResponse:
    """Every kind of message, and in which languages it has words of the city's own."""
    own = queries.own_words()
    table = Table(
        heads=(_("Message"), *_LANGUAGES.values()),
        rows=[
            row(
                rules.named(str(kind.subject)),
                *(
                    link(
                        _("Words of our own")
                        if (kind.code, language) in own
                        else _("As delivered"),
                        reverse("console:message_text", args=[kind.code, language]),
                    )
                    for language in _LANGUAGES
                ),
            )
            for kind in rules.message_kinds()
        ],
        empty=_("There are no messages."),
        icon="mail",
    )
    return list_page(
        request,
        table,
        title=_("Words of messages"),
        text=_("What residents read, by kind and language."),
        actions=[Action(_("Messages"), reverse("console:messages"), "arrow-left")],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.DELIVERIES)
def message_text(request: StaffRequest, kind: str, language: str) -> HttpResponse:
    """The words of one kind in one language: written, tried out, taken back; every version."""
    standard = _standard(kind, language)
    now_in_force = queries.words_of(kind, language) or standard
    here = reverse("console:message_text", args=[kind, language])
    form = WordsForm(request.POST or None, initial=now_in_force._asdict())
    shown: list[Texts] = []

    def act(data: dict[str, Any]) -> str | HttpResponse:
        texts = checked_texts(kind=kind, language=language, texts=Texts(**data))
        if "preview" in request.POST:
            shown.append(texts)
            return HttpResponse()
        services.word_message(
            actor=request.user, kind=kind, language=language, texts=texts, now=timezone.now()
        )
        return here

    answer = try_form(request, form, act)
    if answer is not None and not shown:
        return answer
    texts = shown[0] if shown else now_in_force
    sms = _preview(texts, Channel.SMS)
    context = {
        "title": f"{rules.named(standard.subject)} · {_LANGUAGES[language]}",
        "form": form,
        "back": reverse("console:message_words"),
        "button": _("Save"),
        "letter": _preview(texts, Channel.EMAIL),
        "short": sms.body,
        "parts": _parts(sms),
        "gaps": " ".join(
            f"{{{gap}}}" for gap in sorted(set().union(*map(rules.gaps_of, standard)))
        ),
        "own": now_in_force != standard,
        "tried": bool(shown),
        "reset_url": reverse("console:reset_message_text", args=[kind, language]),
        "history": _history(kind, language),
    }
    return render(request, "console/message_text.html", context, status=422 if form.errors else 200)


def _standard(kind: str, language: str) -> Texts:
    """The words the program brings. Raises NotFound."""
    if language not in _LANGUAGES:
        raise NotFound(pgettext("console", "There is no such message."))
    with translation.override(language):
        try:
            return rules.standard_texts(kind)
        except KeyError:
            raise NotFound(pgettext("console", "There is no such message.")) from None


def _preview(texts: Texts, channel: str) -> Letter:
    link_text = f"{settings.PUBLIC_ORIGIN or 'https://city.example'}/r/{_SAMPLE['number']}/…/"
    known = {gap: "…" for words in texts for gap in rules.gaps_of(words)}
    return rules.letter("", channel, known | _SAMPLE | {"link": link_text}, texts)


def _parts(letter: Letter) -> str:
    count = rules.parts_of_sms(letter.body)
    words = ngettext(
        "%(letters)d characters, %(count)d text message",
        "%(letters)d characters, %(count)d text messages",
        count,
    )
    return words % {"letters": len(letter.body), "count": count}


def _history(kind: str, language: str) -> list[Past]:
    versions = queries.words_history(kind, language)
    found = []
    for number, one in enumerate(versions):
        before = versions[number + 1] if number + 1 < len(versions) else None
        fields = [
            (str(field.label), getattr(before, name, "") or "—", getattr(one, name) or "—")
            for name, field in WordsForm.base_fields.items()
            if getattr(before, name, "") != getattr(one, name)
        ]
        title = _("Words of our own") if one.body else _("As delivered")
        found.append(Past(one.changed_at, title, one.changed_by.name, fields))
    return found


@require_POST
@staff_page(areas.DELIVERIES)
def reset_message_text(request: StaffRequest, kind: str, language: str) -> HttpResponse:
    """Back to the words of the program."""
    _standard(kind, language)
    return post_answer(
        request,
        lambda: services.word_message(
            actor=request.user, kind=kind, language=language, texts=None, now=timezone.now()
        ),
        done=_("The words of the program hold again."),
        to=reverse("console:message_text", args=[kind, language]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.DELIVERIES)
def quiet_hours(request: StaffRequest, channel: str) -> HttpResponse:
    """When one channel is silent."""
    if channel not in Channel.values:
        raise NotFound(_("There is no such channel."))
    hours = queries.quiet_hours(channel)

    def act(data: dict[str, Any]) -> str:
        services.set_quiet_hours(actor=request.user, channel=channel, now=timezone.now(), **data)
        return reverse("console:messages")

    initial = {"begins": hours.begins, "ends": hours.ends} if hours else {}
    return form_page(
        request,
        QuietForm(request.POST or None, initial=initial),
        act,
        title=_("Quiet hours: %s") % Channel(channel).label,
        back=reverse("console:messages"),
        text=_("What is not urgent waits until they end, and goes out then."),
        history=log_history(
            "channel", channel, names={"begins": _("Quiet from"), "ends": _("Quiet until")}
        ),
    )
