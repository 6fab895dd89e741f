"""The knowledge base: the list, an article with its history, a new one, a change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.catalogue.queries.history import history_of
from linli.hotline import policy, services
from linli.hotline.forms.knowledge import ArticleFilter, ArticleForm
from linli.hotline.queries import knowledge as queries
from linli.kernel.errors import Refused
from linli.kernel.forms import refuse
from linli.kernel.web import page_after
from linli.staff.web import StaffRequest, staff_page

A_PAGE = 50


@require_safe
@staff_page(policy.READERS)
def articles(request: StaffRequest) -> HttpResponse:
    """Articles and canned answers, the latest change first."""
    form = ArticleFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = queries.articles(
        words=wanted.get("q", ""), kind=wanted.get("kind", ""), on=wanted.get("on")
    )
    page = page_after(
        rows, keys=("changed_at", "id"), cursor=request.GET.get("cursor"), size=A_PAGE
    )
    context = {
        "form": form,
        "rows": page.rows,
        "next": page.next,
        "today": timezone.localdate(),
        "may_edit": request.user.has_grant(policy.GRANT_EDIT),
    }
    return render(request, "hotline/articles.html", context)


@require_safe
@staff_page(policy.READERS)
def article(request: StaffRequest, article_id: int) -> HttpResponse:
    """One article with every change of it. Three queries."""
    found = queries.article_for(article_id)
    context = {
        "article": found,
        "changes": history_of(found),
        "today": timezone.localdate(),
        "may_edit": request.user.has_grant(policy.GRANT_EDIT),
    }
    return render(request, "hotline/article.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_EDIT)
def add(request: StaffRequest) -> HttpResponse:
    """A new article or canned answer."""
    now = timezone.now()
    first = {"kind": "article", "valid_from": timezone.localdate(now)}
    form = ArticleForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_article(actor=request.user, now=now, **form.values())
        except Refused as refusal:
            refuse(form, refusal, {"class_code": "class_words"})
        else:
            messages.success(request, _("Saved. Operators find it from now on."))
            return redirect("hotline:article", made.pk)
    return _form_page(request, form, title=_("New article"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_EDIT)
def edit(request: StaffRequest, article_id: int) -> HttpResponse:
    """Change an article."""
    found = queries.article_for(article_id)
    form = ArticleForm(request.POST or None, initial=ArticleForm.initial_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_article(
                actor=request.user,
                article_id=article_id,
                version=form.cleaned_data["version"] or 0,
                now=timezone.now(),
                **form.values(),
            )
        except Refused as refusal:
            refuse(form, refusal, {"class_code": "class_words"})
        else:
            messages.success(request, _("Saved."))
            return redirect("hotline:article", article_id)
    return _form_page(request, form, title=_("Change an article"))


def _form_page(request: StaffRequest, form: Any, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context |= {"form": form, "back": reverse("hotline:articles")}
    return render(request, "hotline/form.html", context, status=status)
