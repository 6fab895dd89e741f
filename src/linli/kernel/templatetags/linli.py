"""The kit's tags: `{% load linli %}`. docs/howto/add-a-page.md lists them with their parameters."""

import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import HttpRequest
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from linli.kernel.bundle import asset_url, bundle, icon_names

register = template.Library()
LIGHTS = ("green", "yellow", "red")


# -- front end ------------------------------------------------------------------------------------
@register.simple_tag
def vite(entry: str) -> SafeString:
    """Style sheets and module of `web/<entry>.ts`, by their hashed names."""
    built = bundle(entry)
    return format_html(
        "{}{}{}",
        format_html_join("", '<link rel="stylesheet" href="{}">', ((url,) for url in built.styles)),
        format_html_join(
            "", '<link rel="modulepreload" href="{}">', ((url,) for url in built.preloads)
        ),
        format_html('<script type="module" src="{}"></script>', built.script),
    )


@register.simple_tag(takes_context=True)
def events_url(context: Context) -> str:
    """Where this browser finds the event stream; see EVENTS_ORIGIN in the settings."""
    request: HttpRequest | None = context.get("request")
    if settings.EVENTS_ORIGIN == "same" or request is None:
        return "/events"
    if settings.EVENTS_ORIGIN:
        return f"{settings.EVENTS_ORIGIN}/events"
    host = request.get_host()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return f"{request.scheme}://{name}:{settings.EVENTS_PORT}/events"


@register.simple_tag
def island_words() -> str:
    """The words that islands say, as JSON, in the language of the page."""
    return json.dumps(
        {
            "day": _("d"),
            "hour": _("h"),
            "minute": _("min"),
            "left": _("%s left"),
            "over": _("%s over"),
            "justDue": _("due now"),
            "copied": _("Copied."),
            "failed": _("That did not work. Check the network and try again."),
            "offline": _("No network. What you typed is still here; try again in a moment."),
            "refused": _("You may not do this, or you were signed out. Reload the page."),
            "serverError": _("Something went wrong on our side. Nothing was saved; try again."),
            "uploading": _("Uploading…"),
            "uploadFailed": _("Upload failed."),
            "tooLarge": _("This file is too large. Choose a smaller one."),
            "tooMany": _("No more files can be added."),
            "retry": _("Try again"),
            "remove": _("Remove"),
            "locating": _("Finding your position…"),
            "located": _("Position found, accurate to about %s m."),
            "notLocated": _("Your position could not be found. Mark the place on the map."),
            "noMap": _("The map cannot be shown on this device. The table below says the same."),
            "pickHint": _("Arrow keys move the mark."),
            "cases": _("%s cases"),
            "nearbyOpen": _("being dealt with"),
            "nearbySolved": _("solved"),
            "showKeys": _("Keyboard"),
            "columns": _("Columns"),
            "chooseDay": _("Choose a day"),
            "monthBefore": _("The month before"),
            "monthAfter": _("The month after"),
            "today": _("Today"),
            "lastDays": _("Last 7 days"),
            "thisMonth": _("This month"),
            "lastMonth": _("Last month"),
            "close": _("Close"),
            "live": _("Live"),
            "notLive": _("Reconnecting…"),
            "changed": _("This changed just now."),
        },
        ensure_ascii=False,
    )


@register.simple_tag
def bundled(source: str) -> str:
    """The URL of a built file by its path below web/, for example `icons.txt` (the sprite)."""
    return asset_url(source)


@register.simple_tag
def site_name() -> str:
    """What the city calls its platform."""
    return str(settings.SITE_NAME)


class IconNode(template.Node):
    def __init__(self, name: FilterExpression, css: str) -> None:
        self.name, self.css = name, css

    def render(self, context: Context) -> SafeString:
        return icon_svg(str(self.name.resolve(context)), self.css)


def icon_svg(name: str, css: str = "") -> SafeString:
    """One icon of the sprite. Raises LookupError for a name that web/icons.txt does not list."""
    known = icon_names()
    if known is not None and name not in known:
        raise LookupError(f"No icon “{name}”: add it to web/icons.txt and run “npm run build”.")
    return _svg(name, css, asset_url("icons.txt"))


@lru_cache(maxsize=512)
def _svg(name: str, css: str, sprite: str) -> SafeString:
    """The same hundred icons stand on every page: each is written once."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        sprite,
        name,
    )


@register.tag
def icon(parser: Parser, token: Token) -> IconNode:
    """`{% icon "name" %}` or `{% icon item.icon "css-class" %}`: unseen by readers."""
    bits = token.split_contents()[1:]
    if not 1 <= len(bits) <= 2:
        raise template.TemplateSyntaxError("icon takes a name and, if need be, a class.")
    css = bits[1].strip("\"'") if len(bits) == 2 else ""
    return IconNode(parser.compile_filter(bits[0]), css)


# -- lights and time ------------------------------------------------------------------------------
@register.simple_tag
def light(value: str | None, text: str | None = None) -> SafeString:
    """The light of a case: green, yellow or red, told apart by shape and words too."""
    words = {"green": _("On time"), "yellow": _("Due soon"), "red": _("Overdue")}
    if value not in words:
        return format_html('<span class="light light-none">{}</span>', text or _("No limit"))
    return format_html('<span class="light light-{}">{}</span>', value, text or words[value])


@register.filter
def duration(span: timedelta | None) -> str:
    """“2 h 5 min”: the two largest units of a timedelta, down to minutes; “–” for None."""
    if span is None:
        return "–"
    minutes = int(abs(span).total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, mins = divmod(rest, 60)
    parts = [
        ngettext("%d d", "%d d", days) % days if days else "",
        ngettext("%d h", "%d h", hours) % hours if hours else "",
        ngettext("%d min", "%d min", mins) % mins if (mins and not days) or minutes == 0 else "",
    ]
    text = " ".join(part for part in parts if part)
    return f"−{text}" if span < timedelta(0) else text


@register.simple_tag
def countdown(
    due_at: datetime | None,
    light: str | None = None,  # shadows the tag on purpose: templates write light=case.light
    warn_at: datetime | None = None,
    stopped: bool = False,
    now: datetime | None = None,
) -> SafeString:
    """Time left to `due_at`, ticking in the browser. `warn_at` is when the light turns yellow.

    `stopped` shows a clock that stands still (suspended): no light, no ticking.
    """
    if stopped:
        return format_html(
            '<span class="clock clock-stopped">{}{}</span>', icon_svg("clock-pause"), _("Stopped")
        )
    if due_at is None:
        return format_html('<span class="clock light-none">{}</span>', "–")
    now = now or timezone.now()
    left = due_at - now
    if light is None:
        if left < timedelta(0):
            light = "red"
        else:
            light = "yellow" if warn_at is not None and now >= warn_at else "green"
    words = (_("%s left") if left >= timedelta(0) else _("%s over")) % duration(abs(left))
    local = timezone.localtime(due_at)
    return format_html(
        '<time class="clock light light-{}" data-island="countdown" datetime="{}" data-warn="{}"'
        ' title="{}">{}</time>',
        light if light in LIGHTS else "none",
        due_at.isoformat(),
        warn_at.isoformat() if warn_at else "",
        local.strftime("%Y-%m-%d %H:%M"),
        words,
    )


@register.filter
def when(moment: datetime | None) -> SafeString:
    """A time as people say it (“5 min ago”, “today 14:05”, “03-05 14:05”), exact on hover."""
    if moment is None:
        return mark_safe("–")
    local, now = timezone.localtime(moment), timezone.localtime()
    ago = now - local
    if timedelta(0) <= ago < timedelta(minutes=1):
        text = _("just now")
    elif timedelta(0) <= ago < timedelta(hours=1):
        minutes = int(ago.total_seconds() // 60)
        text = ngettext("%d min ago", "%d min ago", minutes) % minutes
    elif local.date() == now.date():
        text = _("today %s") % local.strftime("%H:%M")
    elif local.date() == now.date() - timedelta(days=1):
        text = _("yesterday %s") % local.strftime("%H:%M")
    elif local.year == now.year:
        text = local.strftime("%m-%d %H:%M")
    else:
        text = local.strftime("%Y-%m-%d")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        local.strftime("%Y-%m-%d %H:%M:%S"),
        text,
    )


# -- personal data --------------------------------------------------------------------------------
@register.filter
def mask_phone(number: str | None) -> str:
    """138****1234; of a short number only the last two digits stay."""
    if not number:
        return ""
    if len(number) < 8:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    return f"{number[:3]}****{number[-4:]}"


# -- forms ----------------------------------------------------------------------------------------
@register.simple_tag
def field(bound: BoundField, label: str | None = None, css: str = "") -> SafeString:
    """A form field with its label, help, errors and the links between them for screen readers.

    A form may say by `drawn_alike(name)` what a field of it depends on besides its name and the
    language (None: on more than that); such a field is drawn once. A filter bar has twenty fields
    on every page, most of them empty.
    """
    alike = getattr(bound.form, "drawn_alike", None)
    same = alike(bound.name) if alike is not None else None
    if same is None:
        return _field(bound, label, css)
    key = (type(bound.form), bound.html_name, same, label, css, get_language())
    drawn = _drawn.get(key)
    if drawn is None:
        if len(_drawn) >= _MOST_DRAWN:
            _drawn.clear()
        drawn = _drawn[key] = _field(bound, label, css)
    return drawn


_MOST_DRAWN = 500
_drawn: dict[tuple[object, ...], SafeString] = {}


def _field(bound: BoundField, label: str | None, css: str) -> SafeString:
    named = conditional_escape(bound.label if label is None else label)
    widget, own, to = bound.field.widget, bound.auto_id, bound.id_for_label
    control, errors, role = _control(bound), bound.errors, ""
    if not bound.field.required:
        optional = format_html(' <span class="optional">{}</span>', _("optional"))
    else:
        optional = mark_safe("")
    if isinstance(widget, CheckboxInput):
        inside = format_html(
            '<label class="form-check" for="{}">{}<span class="form-check-label">{}</span></label>',
            to, control, named,
        )  # fmt: skip
    elif isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        role = format_html(' role="group" aria-labelledby="{}_label"', own)
        inside = format_html(
            '<span class="form-label" id="{}_label">{}{}</span>{}', own, named, optional, control
        )
    else:
        inside = format_html(
            '<label class="form-label" for="{}">{}{}</label>{}', to, named, optional, control
        )
    if bound.help_text:
        said = mark_safe(bound.help_text)  # noqa: S308  written by the form, not by people
        inside += format_html('<p class="form-hint" id="{}_help">{}</p>', own, said)
    if errors:
        inside += format_html(
            '<p class="field-error" id="{}_error">{}<span>{}</span></p>',
            own, icon_svg("alert-circle"), " ".join(str(error) for error in errors),
        )  # fmt: skip
    wrong = " field-wrong" if errors else ""
    return format_html('<div class="field {}{}"{}>{}</div>', css, wrong, role, inside)


def _control(bound: BoundField) -> SafeString:
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        kind = "choices"
    elif isinstance(widget, CheckboxInput):
        kind = "form-check-input"
    elif isinstance(widget, Select):
        kind = "form-select"
    else:
        kind = "form-control"
    attrs: dict[str, str | bool] = {"class": f"{kind} {widget.attrs.get('class', '')}".strip()}
    described = [f"{bound.auto_id}_help"] if bound.help_text else []
    if bound.errors:
        attrs["class"] = f"{attrs['class']} is-invalid"
        attrs["aria-invalid"] = "true"
        described.append(f"{bound.auto_id}_error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return mark_safe(bound.as_widget(attrs=attrs))  # noqa: S308  Django escaped it


@register.inclusion_tag("kit/fields.html")
def fields(form: Any) -> dict[str, Any]:
    """Every field of a form, after the errors that belong to none."""
    return {"form": form}


@register.filter
def unlocalized(value: Any) -> str:
    """A number as machines read it, whatever the language; "" for None."""
    return "" if value is None or value == "" else str(value)


@register.filter
def getitem(mapping: Any, key: Any) -> Any:
    """`mapping[key]`, or None: for tables whose columns are data."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return None


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """The query string of this page with some parameters changed; None drops one."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    encoded = params.urlencode()
    return f"?{encoded}" if encoded else "?"
