"""Taking a version into use, and back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.files import services as files
from linli.files.rules import StorageDown
from linli.kernel.errors import BadInput, Refused
from linli.staff.policy import require
from linli.suggestions.models import ModelVersion, Reason, State, SuggestionSettings
from linli.suggestions.queries import kept
from linli.suggestions.rules.linear import Model, to_bytes
from linli.suggestions.rules.measuring import Figures, is_worse, measure
from linli.suggestions.rules.training import Example

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT = "suggestions.manage"
KEPT_VERSIONS = 10  # of a purpose, and the one in force
LEAST_TO_JUDGE = 50  # held-out cases: fewer do not turn a model out
SWITCHES = ("classes_on", "units_on", "portal_on", "learning_on")


def adopt(
    *,
    purpose: str,
    source: str,
    model: Model,
    examples: int,
    held_out: Sequence[Example],
    now: datetime,
    actor: User | None,
) -> ModelVersion:
    """Keep a model as a new version. It is in force unless it is worse than the one that is, on
    the same held-out texts. Outside a transaction."""
    content = to_bytes(model)
    figures = measure(model, held_out) if held_out else None
    (key,) = files.reserve(1, now=now)
    version = ModelVersion(
        purpose=purpose,
        source=source,
        made_at=now,
        made_by=actor,
        examples=examples,
        labels=len(model.labels),
        held_out=len(held_out),
        key=key,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
    )
    if figures is not None:
        _write_figures(version, figures)
    with transaction.atomic():
        known = _locked(purpose)
        version.number = max((one.number for one in known), default=0) + 1
        present = next((one for one in known if one.state == State.IN_FORCE), None)
        worse = _is_worse(version, figures, present, held_out)
        version.state = State.REFUSED if worse else State.IN_FORCE
        version.reason = Reason.WORSE if worse else Reason.NOT_WORSE
        if present is None:
            version.reason = Reason.FIRST
        if not worse:
            version.in_force_since = now
            _retire(present, Reason.FOLLOWED)
        files.keep(key, io.BytesIO(content))
        version.save()
        _clear_away(known, now=now)
        _record(actor, "suggestions.learned", version, now)
    return version


def put_in_force(*, actor: User, version_id: int, now: datetime) -> ModelVersion:
    """Another version by hand; the schedule does not step back from it, only onwards.

    Raises NotYours, NotFound, Tampered, and BadInput for the one that is in force.
    """
    require(actor, GRANT)
    kept.model_of(kept.version_of(version_id))  # a file that cannot be read is not put in force
    with transaction.atomic():
        chosen = kept.version_of(version_id)
        known = _locked(chosen.purpose)
        chosen = next((one for one in known if one.pk == version_id), chosen)
        if chosen.state == State.IN_FORCE:
            raise BadInput(_("This version is in force already."), field="version")
        _swap(known, chosen, Reason.BY_HAND, Reason.BY_HAND, now)
        _record(actor, "suggestions.put_in_force", chosen, now)
    return chosen


def step_back_if_worse(
    *, purpose: str, held_out: Sequence[Example], now: datetime
) -> ModelVersion | None:
    """The version before comes back where it does better on the held-out cases of today than the
    one in force; that one. None: all stays, also where a person has chosen."""
    present = kept.in_force(purpose)
    if present is None or present.reason == Reason.BY_HAND or len(held_out) < LEAST_TO_JUDGE:
        return None
    before = kept.previous(present)
    if before is None:
        return None
    try:
        old = measure(kept.model_of(before), held_out)
    except Refused:
        return None
    try:
        new = measure(kept.model_of(present), held_out)
    except StorageDown:
        return None
    except Refused:
        new = None  # its file is gone or changed: anything is better
    if new is not None and not is_worse(new, old):
        return None
    with transaction.atomic():
        known = _locked(purpose)
        back = next(one for one in known if one.pk == before.pk)
        _swap(known, back, Reason.STEPPED_BACK, Reason.TURNED_WORSE, now)
        _record(None, "suggestions.put_in_force", back, now)
    return back


@transaction.atomic
def change_settings(
    *, actor: User, now: datetime, least_percent: int, **switches: bool
) -> SuggestionSettings:
    """How suggestions are shown. Raises NotYours, BadInput."""
    require(actor, GRANT)
    if not 1 <= least_percent <= 99:
        raise BadInput(
            _("least_percent: a whole number from 1 to 99 is needed."), field="least_percent"
        )
    SuggestionSettings.objects.get_or_create(pk=1)
    row = SuggestionSettings.objects.select_for_update().get(pk=1)
    wanted = {name: bool(switches.get(name, False)) for name in SWITCHES}
    changed = {
        name: [getattr(row, name), value]
        for name, value in {**wanted, "least_percent": least_percent}.items()
        if getattr(row, name) != value
    }
    if changed:
        for name, (_old, value) in changed.items():
            setattr(row, name, value)
        row.save()
        record(
            actor=actor,
            action="suggestions.switched",
            object_type="suggestion_settings",
            object_id=1,
            now=now,
            detail={"changed": changed},
        )
    return row


def _locked(purpose: str) -> list[ModelVersion]:
    """The versions of a purpose, newest first, for this transaction alone."""
    rows = ModelVersion.objects.select_for_update().filter(purpose=purpose)
    return list(rows.order_by("-number"))


def _is_worse(
    version: ModelVersion,
    figures: Figures | None,
    present: ModelVersion | None,
    held_out: Sequence[Example],
) -> bool:
    """Whether the new one loses against the one in force; notes in it what was compared."""
    if present is None or figures is None or len(held_out) < LEAST_TO_JUDGE:
        return False
    try:
        old = measure(kept.model_of(present), held_out)
    except Refused:
        return False  # nothing is worse than a model that cannot be read
    version.compared = {"number": present.number, "macro_f1": round(old.macro_f1, 4)}
    return is_worse(figures, old)


def _write_figures(version: ModelVersion, figures: Figures) -> None:
    version.macro_f1 = figures.macro_f1
    version.accuracy = figures.accuracy
    version.top3 = figures.top3
    version.calibration_error = figures.calibration_error
    version.per_label = [[one.label, one.texts, one.found, one.said] for one in figures.labels]


def _retire(present: ModelVersion | None, reason: str) -> None:
    if present is not None:
        present.state, present.reason = State.KEPT, reason
        present.save(update_fields=["state", "reason"])


def _swap(
    known: list[ModelVersion], chosen: ModelVersion, why: str, why_not: str, now: datetime
) -> None:
    _retire(next((one for one in known if one.state == State.IN_FORCE), None), why_not)
    chosen.state, chosen.reason, chosen.in_force_since = State.IN_FORCE, why, now
    chosen.save(update_fields=["state", "reason", "in_force_since"])


def _clear_away(known: list[ModelVersion], *, now: datetime) -> None:
    """Let go the oldest versions, never the one in force nor the one before it."""
    ready = [one for one in known if one.state == State.KEPT and one.in_force_since is not None]
    spared = {one.pk for one in (*known[: KEPT_VERSIONS - 1], *ready[:1])}
    gone = [one for one in known if one.pk not in spared and one.state != State.IN_FORCE]
    ModelVersion.objects.filter(pk__in=[one.pk for one in gone]).delete()
    files.discard_objects(keys=[one.key for one in gone], now=now)


def _record(actor: User | None, action: str, version: ModelVersion, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        object_type="suggestion_model",
        object_id=version.pk,
        now=now,
        detail={
            "purpose": version.purpose,
            "number": version.number,
            "state": version.state,
            "reason": version.reason,
        },
    )
