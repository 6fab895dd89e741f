"""Posts and the roles they start from (security administrator)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.lists import PostFilter
from linli.console.forms.parts import midnight, region_text
from linli.console.forms.people import NewPostForm, PostForm, TemplateForm
from linli.console.queries import people
from linli.console.queries.history import log_history
from linli.console.queries.paging import page_of
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import asked, form_page, list_page, older, post_answer
from linli.staff import queries, services
from linli.staff.rules import label_of
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(areas.POSTS)
def posts(request: StaffRequest) -> HttpResponse:
    """Who sits where, in order of being given."""
    form, now = PostFilter(request.GET), timezone.now()
    wanted = asked(form)
    rows = people.posts(
        now=now,
        words=wanted["q"] or "",
        kind=wanted["kind"] or "",
        soon=bool(wanted["soon"]),
        past=bool(wanted["past"]),
    )
    page = page_of(rows, keys=("id",), cursor=request.GET.get("cursor"))
    table = Table(
        heads=(
            _("Person"),
            _("Post title"),
            pgettext("console", "Unit"),
            _("Duty"),
            _("Reach"),
            _("Until"),
        ),
        rows=[
            row(
                link(one.user.name, reverse("console:post", args=[one.pk])),
                one.label,
                one.unit.label,
                one.get_kind_display(),
                one.region.name if one.region else one.get_reach_display(),
                Cell(when=one.valid_to) if one.valid_to else "",
                ended=one.valid_to is not None and one.valid_to <= now,
            )
            for one in page.rows
        ],
        older=older(request, page.next),
        empty=_("No post fits. Posts are given on the page of an account."),
        icon="id",
    )
    return list_page(request, table, title=_("Posts"), form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.POSTS)
def give_post(request: StaffRequest, account_id: int) -> HttpResponse:
    """A post for somebody, from a role."""
    account = queries.account_for(request.user, account_id)

    def act(data: dict[str, Any]) -> str:
        data["valid_from"], data["valid_to"] = (
            midnight(data["valid_from"]),
            midnight(data["valid_to"]),
        )
        post = services.give_post(actor=request.user, user=account, now=timezone.now(), **data)
        return reverse("console:post", args=[post.pk])

    return form_page(
        request,
        NewPostForm(request.POST or None),
        act,
        title=_("Give %s a post") % account.name,
        back=reverse("console:account", args=[account_id]),
        button=_("Give the post"),
        done=_("The post is given. It holds from the person's next request."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.POSTS)
def post(request: StaffRequest, post_id: int) -> HttpResponse:
    """One post: permissions, reach, classes, end; and its past."""
    found, now = queries.post_for(post_id), timezone.now()

    def act(data: dict[str, Any]) -> str:
        data["valid_to"] = midnight(data["valid_to"])
        services.edit_post(actor=request.user, post=found, now=now, **data)
        return reverse("console:post", args=[post_id])

    initial = {
        "title": found.title,
        "grants": found.grants,
        "reach": found.reach,
        "region": region_text(found.region),
        "class_codes": " ".join(found.class_codes),
        "valid_to": timezone.localdate(found.valid_to) if found.valid_to else None,
    }
    return form_page(
        request,
        PostForm(request.POST or None, initial=initial),
        act,
        title=_("%(person)s: %(title)s") % {"person": found.user.name, "title": found.label},
        back=reverse("console:account", args=[found.user_id]),
        template="console/post.html",
        post=found,
        ended=found.valid_to is not None and found.valid_to <= now,
        may_issue=request.user.has_grant(areas.TOKENS),
        history=log_history("post", post_id),
    )


@require_POST
@staff_page(areas.POSTS)
def end_post(request: StaffRequest, post_id: int) -> HttpResponse:
    """The post ends now, with its duties and tokens."""
    found = queries.post_for(post_id)
    return post_answer(
        request,
        lambda: services.end_post(actor=request.user, post=found, now=timezone.now()),
        done=_("The post has ended, and with it its grids and tokens."),
        to=reverse("console:post", args=[post_id]),
    )


@require_safe
@staff_page(areas.POSTS)
def templates(request: StaffRequest) -> HttpResponse:
    """The roles of the city."""
    table = Table(
        heads=(_("Role"), pgettext("console", "Code"), _("Reach"), _("Permissions")),
        numbers=(3,),
        rows=[
            row(
                link(one.label, reverse("console:template", args=[one.code])),
                one.code,
                one.get_reach_display(),
                len(one.grants),
            )
            for one in queries.templates()
        ],
        empty=_("There are no roles. Run the first start again."),
        icon="puzzle",
    )
    return list_page(
        request,
        table,
        title=_("Post templates"),
        text=_("What a new post of a role starts with. Posts already given stay as they are."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.POSTS)
def template(request: StaffRequest, code: str) -> HttpResponse:
    """One role."""
    found = queries.template_by_code(code)

    def act(data: dict[str, Any]) -> str:
        services.edit_template(actor=request.user, template=found, now=timezone.now(), **data)
        return reverse("console:template", args=[code])

    initial = {name: getattr(found, name) for name in ("name", "name_en", "grants", "reach")}
    held, lacking = queries.lacking(found, now=timezone.now())
    return form_page(
        request,
        TemplateForm(request.POST or None, initial=initial),
        act,
        title=found.label,
        back=reverse("console:templates"),
        template="console/template.html",
        role=found,
        proposed=[label_of(grant) for grant in found.not_taken],
        held=held,
        lacking=[(grant, label_of(grant), count) for grant, count in lacking.items()],
        history=log_history("post_template", found.pk),
    )


@require_POST
@staff_page(areas.POSTS)
def extend_posts(request: StaffRequest, code: str) -> HttpResponse:
    """One permission of a role, for the posts of the role that lack it."""
    found = queries.template_by_code(code)

    def act() -> str:
        count = services.extend_posts(
            actor=request.user,
            template=found,
            grant=request.POST.get("grant", ""),
            now=timezone.now(),
        )
        return ngettext(
            "%(count)d post has it now, from the person's next request.",
            "%(count)d posts have it now, from the people's next request.",
            count,
        ) % {"count": count}

    return post_answer(request, act, to=reverse("console:template", args=[code]))
