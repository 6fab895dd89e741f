"""Taking in a file before it is named in a report or a move."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from linli.api import services as api
from linli.api.forms import outputs
from linli.api.views.door import ApiRequest, dumped, query_of
from linli.files import forms, services

router = Router(tags=["Files"])


@router.post(
    "/files",
    response={201: outputs.UploadOut},
    operation_id="upload_file",
    summary="Upload a file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}},
                        "required": ["file"],
                        "additionalProperties": False,
                    }
                }
            },
        }
    },
)
def upload_file(request: ApiRequest) -> HttpResponse:
    """Take in a photo, recording or document. It waits for a day to be named in `files`."""
    query_of(request)
    now = timezone.now()
    api.admit_write(actor=request.auth, now=now)
    content = forms.uploaded_file(request)
    kept = services.store(
        content=content, name=content.name or "", owner=request.user, holder=None, now=now
    )
    body = {"id": str(kept.pk), "kind": kept.kind, "name": kept.name, "size": kept.size_bytes}
    return HttpResponse(dumped(body), status=201, content_type="application/json")
