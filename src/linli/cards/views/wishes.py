"""How one is reminded."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.cards.forms import WishForm
from linli.cards.queries.waiting import wishes_mail
from linli.cards.services.reminding import wish_mail
from linli.staff.web import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.see")
def wishes(request: StaffRequest) -> HttpResponse:
    """On screen always; by e-mail if one wishes."""
    form = WishForm(request.POST or None, initial={"wished": wishes_mail(request.user)})
    if request.method == "POST" and form.is_valid():
        wish_mail(actor=request.user, wished=form.cleaned_data["wished"], now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("cards:wishes")
    return render(request, "cards/wishes.html", {"form": form, "mail": request.user.email})
