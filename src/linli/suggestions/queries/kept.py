"""The versions that were learned, and the model of one, held in memory once it was read."""

from __future__ import annotations

import hashlib
import logging

from django.utils.translation import gettext as _

from linli.files import services as files
from linli.files.rules import StorageDown
from linli.kernel.errors import NotFound, Refused
from linli.suggestions.models import ModelVersion, Purpose, State, SuggestionSettings
from linli.suggestions.rules.linear import Model, NotAModel, from_bytes

log = logging.getLogger(__name__)
_held: dict[str, tuple[int, Model | None]] = {}  # by purpose; each value is replaced as a whole


def settings() -> SuggestionSettings:
    """How suggestions are shown; the defaults before anybody has changed them. One query."""
    return SuggestionSettings.objects.filter(pk=1).first() or SuggestionSettings(pk=1)


def versions(purpose: str) -> list[ModelVersion]:
    """The versions of a purpose, newest first. One query."""
    rows = ModelVersion.objects.filter(purpose=purpose).select_related("made_by")
    return list(rows.order_by("-number"))


def version_of(version_id: int) -> ModelVersion:
    """One version. One query. Raises NotFound."""
    found = ModelVersion.objects.select_related("made_by").filter(pk=version_id).first()
    if found is None:
        raise NotFound(_("There is no such version. It may have been cleared away."))
    return found


def in_force(purpose: str) -> ModelVersion | None:
    """The version in force; None before the first. One query."""
    return ModelVersion.objects.filter(purpose=purpose, state=State.IN_FORCE).first()


def previous(version: ModelVersion) -> ModelVersion | None:
    """The version that was in force before this one and is kept. One query."""
    rows = ModelVersion.objects.filter(
        purpose=version.purpose, number__lt=version.number, in_force_since__isnull=False
    )
    return rows.filter(state=State.KEPT).order_by("-number").first()


def model_in_force(purpose: str) -> Model | None:
    """The model in force; None where there is none, its file is not what was kept, or storage is
    down (as long as it is). One query; the file is read when it has changed."""
    row = (
        ModelVersion.objects.filter(purpose=purpose, state=State.IN_FORCE)
        .only("pk", "key", "sha256", "purpose")
        .first()
    )
    if row is None:
        return None
    held = _held.get(purpose)
    if held is not None and held[0] == row.pk:
        return held[1]
    try:
        model = model_of(row)
    except StorageDown:
        log.warning("the model cannot be read now", extra={"version": row.pk})
        return None
    except Refused as refusal:
        log.error("a model cannot be used", extra={"version": row.pk, "why": refusal.code})
        model = None
    _held[purpose] = (row.pk, model)
    return model


class Tampered(Refused):
    """The file of a model is not the one that was trained."""

    code = "model_changed"


def model_of(version: ModelVersion) -> Model:
    """The model of a version. Raises NotFound, StorageDown, Tampered."""
    content = files.content_of(version.key)
    if hashlib.sha256(content).hexdigest() != version.sha256:
        raise Tampered(
            _("The file of this version was changed after it was trained. It is not used; put "
              "another version in force, or have a new one learned.")
        )  # fmt: skip
    try:
        return from_bytes(content)
    except NotAModel as fault:
        raise Tampered(_("The file of this version cannot be read: %s") % fault) from None


def forget() -> None:
    """Let go what is held in memory: for tests, and after a file was put back by hand."""
    _held.clear()


__all__ = [
    "Purpose",
    "Tampered",
    "forget",
    "in_force",
    "model_in_force",
    "model_of",
    "previous",
    "settings",
    "version_of",
    "versions",
]
