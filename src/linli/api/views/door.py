"""Who comes in, how a body is read, and that a write is made once."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.parser import Parser
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from linli.api import services
from linli.api.views.problems import problem, refused
from linli.files import forms as files
from linli.kernel.errors import BadInput, NotYours, Refused, Unauthorized
from linli.staff import queries as staff
from linli.staff.web import Access, StaffRequest


class ApiRequest(StaffRequest):
    """A request of somebody with a token or a session. `auth` names who, for keys and counts."""

    auth: str


# -- who comes in --------------------------------------------------------------------------------
class Bearer(HttpBearer):
    """`Authorization: Bearer linli_…`: a token stands for one post, cut to the token's grants."""

    def authenticate(self, request: HttpRequest, token: str) -> str:
        actor = staff.person_for_token(token, timezone.now())
        if actor is None:
            raise Unauthorized(
                _("This token is unknown, revoked or past its end. Issue a new one."), code="token"
            )
        request.user = actor.user
        return f"token:{actor.token_id}"


class Session:
    """The session of a person who has signed in; writes need the CSRF token of the page."""

    openapi_type = "apiKey"
    openapi_security_schema = {  # read by ninja
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
    }

    def __call__(self, request: HttpRequest) -> str | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        user: Any = request.user
        if not user.is_authenticated or _is_idle(request):
            return None
        if user.password_is_due(timezone.now()):
            raise NotYours(_("Choose a password of your own first, on the account page."))
        if user.admin_kind is not None and not staff.has_second_factor(user):
            raise NotYours(_("Administrators need a second factor first, on the account page."))
        if request.method not in ("GET", "HEAD") and check_csrf(request) is not None:
            raise NotYours(
                _("The CSRF token is missing or old. Load the page again, or use a token."),
                code="csrf",
            )
        return f"user:{user.pk}"


def _is_idle(request: HttpRequest) -> bool:
    """Whether nothing came from the pages for too long; the interface keeps nobody signed in."""
    seen = request.session.get("linli_seen_at")
    return seen is not None and timezone.now().timestamp() - seen > settings.IDLE_MINUTES * 60


# -- how a body is read --------------------------------------------------------------------------
class StrictParser(Parser):
    """JSON as the standard has it: no NaN, no Infinity, UTF-8, an object on top."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            found = json.loads(request.body.decode("utf-8"), parse_constant=_no_constant)
        except UnicodeDecodeError:
            raise BadInput(_("The body has to be UTF-8."), field="body") from None
        except (ValueError, RecursionError) as error:
            if isinstance(error, json.JSONDecodeError):
                raise BadInput(
                    _("The body is not valid JSON: line %(line)d, column %(column)d.")
                    % {"line": error.lineno, "column": error.colno},
                    field="body",
                    code="not_json",
                ) from None
            raise BadInput(
                _("The body is not valid JSON: a number or a nesting in it is too large."),
                field="body",
                code="not_json",
            ) from None
        return found


def _no_constant(word: str) -> Any:
    raise BadInput(
        _("%(word)s is not a number. Send a finite number, or leave the field out.")
        % {"word": word},
        field="body",
        code="not_finite",
    )


# -- that a write is made once -------------------------------------------------------------------
def write(request: ApiRequest, run: Callable[[], tuple[int, dict[str, Any]]]) -> HttpResponse:
    """Run a write and answer it; with an `Idempotency-Key`, at most once."""
    now = timezone.now()
    services.admit_write(actor=request.auth, now=now)

    def answered() -> services.Answer:
        status, body = run()
        return services.Answer(status, dumped(body))

    key = request.headers.get("Idempotency-Key")
    if key is None:
        answer = answered()
    else:
        answer = services.once(
            actor=request.auth,
            key=key,
            fingerprint=services.fingerprint(
                method=request.method or "", path=request.path, body=request.body
            ),
            now=now,
            run=answered,
        )
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.again:
        response["Idempotency-Replayed"] = "true"
    return response


def dumped(body: object) -> str:
    """`body` as JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def answer(body: object) -> HttpResponse:
    """`body` as the answer of a read."""
    return HttpResponse(dumped(body), content_type="application/json")


def query_of(request: HttpRequest, *known: str) -> dict[str, str]:
    """The query string, each name once. Raises BadInput for a name not `known` or a NUL in it."""
    for name in request.GET:
        if name not in known:
            raise BadInput(
                _("%(name)s is no parameter here. Known: %(known)s.")
                % {"name": name[:40], "known": ", ".join(known) or "—"},
                field=name[:40],
            )
    found = {name: request.GET[name] for name in request.GET}
    for name, value in found.items():
        if "\0" in value or len(value) > 400:
            raise BadInput(
                _("%(name)s is not valid: at most 400 characters of plain text.") % {"name": name},
                field=name,
            )
    return found


# -- around every operation ----------------------------------------------------------------------
def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """`view` with problems also for what ninja answers by itself, and never kept by a cache."""

    def around(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in ("POST", "PUT", "PATCH") and not _readable(request):
            return refused(
                415,
                "media_type",
                _("Send JSON with “Content-Type: application/json”; files as multipart/form-data."),
                field="Content-Type",
            )
        response = _with_upload(view, request, *args, **kwargs)
        if response.status_code == 405:
            allow = response.headers.get("Allow", "")
            response = refused(
                405,
                "method",
                _("%(method)s is not possible here; possible: %(allow)s.")
                % {"method": request.method, "allow": allow},
            )
            response["Allow"] = allow
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    update_wrapper(around, view)
    around.access = Access("staff")  # type: ignore[attr-defined]  # read by staff.web.access_of
    around.csrf_exempt = True  # type: ignore[attr-defined]  # Session checks it
    return around


def _with_upload(
    view: Callable[..., HttpResponseBase], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    """Call `view`; a file comes in through the bounded reader and nothing of it is left behind."""
    if not (request.method == "POST" and _is_upload(request)):
        return view(request, *args, **kwargs)
    try:
        files.expect_upload(request)
        return view(request, *args, **kwargs)
    except Refused as refusal:
        return problem(refusal)
    finally:
        files.forget_upload(request)


def _is_upload(request: HttpRequest) -> bool:
    return request.path.endswith("/v1/files")


def _readable(request: HttpRequest) -> bool:
    kind = request.content_type or ""
    if _is_upload(request):
        return kind == "multipart/form-data"
    return kind == "application/json" or kind.endswith("+json")


__all__ = [
    "ApiRequest",
    "Bearer",
    "Session",
    "StrictParser",
    "answer",
    "dumped",
    "guarded",
    "query_of",
    "write",
]
