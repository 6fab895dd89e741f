"""Templates of bulletins: the versions, one to take away, one to hand in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.bulletins import policy
from linli.bulletins.forms import TemplateForm
from linli.bulletins.queries import bulletins as queries
from linli.bulletins.rules.fields import VOCABULARIES
from linli.bulletins.rules.states import Kind
from linli.bulletins.services import templates as services
from linli.bulletins.views.bulletins import WORD, done, status_of
from linli.files import services as files
from linli.kernel.errors import NotFound
from linli.staff.web import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page((policy.TEMPLATES, policy.WRITE))
def templates(request: StaffRequest) -> HttpResponse:
    """Every version with the fields that may be named; whoever may hands one in."""
    may = request.user.has_grant(policy.TEMPLATES)
    form = TemplateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and done(form, _add, actor=request.user):
        messages.success(request, _("The template is taken in; the next files are made with it."))
        return redirect("bulletins:templates")
    context = {
        "form": form if may else None,
        "rows": queries.templates(),
        "in_use": [queries.template_of(kind) for kind in Kind],
        "vocabularies": [(kind, VOCABULARIES[kind]) for kind in Kind],
    }
    return render(request, "bulletins/templates.html", context, status=status_of(form))


def _add(*, file: bytes, **given: object) -> object:
    return services.add_template(content=file, **given)  # type: ignore[arg-type]  # as the form has them


@require_safe
@staff_page((policy.TEMPLATES, policy.WRITE))
def template(request: StaffRequest, template_id: int) -> HttpResponseBase:
    """A version, to change it in Word."""
    found = queries.template_by_id(template_id)
    name = f"{found.name}-{found.version}.docx"
    return files.respond(request, key=found.key, mime=WORD, name=name, inline=False)


@require_safe
@staff_page((policy.TEMPLATES, policy.WRITE))
def first(request: StaffRequest, bulletin_kind: str) -> HttpResponse:
    """The template a city starts with."""
    from linli.bulletins.rules.docx.first import first_template

    if bulletin_kind not in set(Kind):
        raise NotFound(_("There is no such template."))
    answer = HttpResponse(first_template(Kind(bulletin_kind)), content_type=WORD)
    answer["Content-Disposition"] = f'attachment; filename="{bulletin_kind}.docx"'
    return answer


@require_POST
@staff_page(policy.TEMPLATES)
def retire(request: StaffRequest, template_id: int) -> HttpResponse:
    """Take a version out of use."""
    services.retire_template(actor=request.user, template_id=template_id, now=timezone.now())
    messages.success(request, _("The template is out of use."))
    return redirect("bulletins:templates")
