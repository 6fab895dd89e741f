"""What a phone needs to put these pages on its home screen."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.kernel.bundle import asset_url
from linli.staff.web import public_page


@require_safe
@public_page
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest; it says nothing about anybody."""
    start = reverse("field:tasks")
    return JsonResponse(
        {
            "name": f"{settings.SITE_NAME} · {_('On site')}",
            "short_name": _("On site"),
            "id": start,
            "start_url": start,
            "scope": "/",
            "display": "standalone",
            "orientation": "portrait",
            "lang": get_language() or "zh-hans",
            "background_color": "#f4f6f6",
            "theme_color": "#0b6478",
            "icons": [
                {"src": asset_url("icon.svg"), "sizes": "any", "type": "image/svg+xml",
                 "purpose": "any"},
            ],
            "shortcuts": [
                {"name": pgettext("field", "Report a problem"), "url": reverse("field:report")},
                {"name": _("My grid"), "url": reverse("field:grid")},
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip
