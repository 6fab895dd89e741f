"""Photos with a form: ids of uploads by script, files in the form itself without."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.files import policy
from linli.files import rules as file_rules
from linli.files import services as files
from linli.kernel.errors import BadInput, Refused
from linli.portal.rules import MOST_PHOTOS

_MIB = 1024 * 1024
MOST_BODY = MOST_PHOTOS * 12 * _MIB  # a form with as many files of a phone's camera as it takes


class Kept(NamedTuple):
    """An upload that waits, as `kit/upload.html` shows it."""

    id: str
    thumb_url: str


def upload_url() -> str:
    """Where the photo button sends to; staff who look at these pages count as residents."""
    return reverse("files:upload") + "?as=resident"


def refuse_too_much(request: HttpRequest) -> None:
    """Look at the announced length before the body is read. Raises BadInput (413)."""
    try:
        announced = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        announced = 0
    if announced > MOST_BODY:
        raise file_rules.TooBig(
            _("These photos are too big together. Go back and send fewer, or smaller ones."),
            field="photos",
        )


def holder_of(request: HttpRequest) -> str | None:
    """Whose uploads the photos are: the session's."""
    return policy.claimant_of(request, as_resident=True).holder


class PhotosMixin(forms.Form):
    """`photo_ids` of whatever came, as upload ids or as files; `kept` to show them again."""

    photo_ids: list[str]
    photo_error: str

    def __init__(self, request: HttpRequest, data: QueryDict | None = None, **given: Any) -> None:
        super().__init__(data, **given)
        self.photo_ids, self.photo_error = [], ""
        if data is None:
            return
        for text in data.getlist("photos")[:MOST_PHOTOS]:
            try:
                self.photo_ids.append(str(uuid.UUID(text)))
            except ValueError:
                self.photo_error = _("One of the photos did not arrive. Please add it again.")
        self._take_files(request)

    def _take_files(self, request: HttpRequest) -> None:
        sent = [f for f in request.FILES.getlist("photos_file") if f.size]
        if len(sent) + len(self.photo_ids) > MOST_PHOTOS:
            self.photo_error = _("At most %(most)d photos can be sent.") % {"most": MOST_PHOTOS}
            sent = sent[: MOST_PHOTOS - len(self.photo_ids)]
        holder = policy.claimant_of(request, make=True, as_resident=True).holder if sent else None
        for file in sent:
            try:
                kept = files.store(
                    content=file,
                    name=file.name or "",
                    owner=None,
                    holder=holder,
                    now=timezone.now(),
                )
                self.photo_ids.append(str(kept.pk))
            except BadInput as refusal:
                self.photo_error = str(refusal)

    @property
    def kept(self) -> list[Kept]:
        """The photos that have arrived, to be shown again."""
        return [Kept(i, reverse("files:thumb", args=[i]) + "?as=resident") for i in self.photo_ids]

    def clean(self) -> dict[str, Any]:
        """Photos that did not come in are said at the photos."""
        cleaned = super().clean() or self.cleaned_data
        if self.photo_error:
            self.add_error(None, forms.ValidationError(self.photo_error, code="photos"))
        return cleaned

    def refuse(self, refusal: Refused, fields: dict[str, str] | None = None) -> None:
        """Say a refusal at the field it is about."""
        name = (fields or {}).get(refusal.field or "", refusal.field or "")
        if name in ("files", "file", "photos"):
            self.photo_error = str(refusal)
            self.photo_ids = []
            self.add_error(None, forms.ValidationError(str(refusal), code="photos"))
        elif name in self.fields:
            self.add_error(name, str(refusal))
        else:
            self.add_error(None, str(refusal))

    @property
    def general_errors(self) -> list[str]:
        """Errors that belong to no field and are not about photos."""
        found = self.errors.as_data().get("__all__", [])
        return [m for e in found if e.code != "photos" for m in e.messages]
