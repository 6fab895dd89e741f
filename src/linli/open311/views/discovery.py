"""What there is: endpoints, services, what a service asks."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.open311.forms.incoming import query_of
from linli.open311.queries import services
from linli.open311.queries.jurisdictions import Served, served_as, server_settings
from linli.open311.rules.documents import TYPES, Document
from linli.open311.rules.moments import written
from linli.open311.views.door import door

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


@door("GET", "HEAD")
def discovery(request: HttpRequest) -> Document:
    """Where a client begins (D1–D4). Five queries."""
    now, said = timezone.now(), server_settings()
    changed = written(services.changed_at(now=now))
    address = request.build_absolute_uri(reverse("open311:endpoint")).rstrip("/")
    return Document(
        "discovery",
        {
            "changeset": changed,
            "contact": (said and said.contact) or _contact(),
            "key_service": (said and said.key_service)
            or _("Ask the city's administrators for an API token with the permission to report."),
            "endpoints": [
                {
                    "specification": SPECIFICATION,
                    "url": address,
                    "changeset": changed,
                    "type": "test" if said and said.is_test else "production",
                    "formats": [kind.partition(";")[0] for kind in TYPES.values()],
                }
            ],
        },
    )


def _contact() -> str:
    return " ".join(filter(None, (str(settings.SITE_NAME), settings.PUBLIC_PHONE)))


@door("GET", "HEAD")
def service_list(request: HttpRequest) -> Document:
    """What can be reported (S1). Three queries at most."""
    rows = services.service_rows(_served(request), on=timezone.localdate())
    return Document("services", rows)


@door("GET", "HEAD")
def service_definition(request: HttpRequest, code: str) -> Document:
    """What a service asks besides (V1). Three queries at most."""
    kind = services.class_of(_served(request), code, on=timezone.localdate())
    return Document("service_definition", services.definition(kind.code))


def _served(request: HttpRequest) -> Served:
    return served_as(query_of(request).text("jurisdiction_id"))
