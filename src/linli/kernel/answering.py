"""What views answer with that is the same in many packages: a page with one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound, NotYours, Refused
from linli.kernel.forms import refuse_plainly


def form_page(
    request: HttpRequest,
    form: Form,
    act: Callable[[dict[str, Any]], object],
    *,
    title: str,
    back: str,
    template: str,
    aliases: Mapping[str, str] | None = None,
    **context: Any,
) -> HttpResponse:
    """A page with one form: `back` (an address, or the name of one) when `act` has taken it, 422
    with what is wrong at its field. `aliases`: what a refusal calls a field to what the form does.
    """
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except (NotFound, NotYours):
            raise
        except Refused as refusal:
            refuse_plainly(form, refusal, aliases)
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    shown = {"form": form, "title": title, "back": resolve_url(back), **context}
    return render(request, template, shown, status=422 if form.errors else 200)
