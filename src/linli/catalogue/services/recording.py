"""The frame every change stands in: may they, one transaction, remembered, refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import pghistory
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.catalogue import policy
from linli.kernel.errors import Refused

if TYPE_CHECKING:
    from linli.staff.models import User


@contextmanager
def recorded(verb: str, actor: User | None) -> Iterator[None]:
    """One change by `actor`. Raises NotYours; a broken constraint becomes a Refused sentence."""
    policy.require_edit(actor)
    try:
        with (
            pghistory.context(verb=f"catalogue.{verb}", actor=actor.pk if actor else None),
            transaction.atomic(),
        ):
            yield
    except IntegrityError as error:
        raise _refusal(error) from error


def days(valid_from: date, valid_to: date | None) -> None:
    """Raises Refused unless the first day lies before the day the row ends."""
    if valid_to is not None and valid_to < valid_from:
        raise Refused(
            _("“Valid to” lies before “valid from”. Choose a later day, or leave it empty."),
            field="valid_to",
        )


def _refusal(error: IntegrityError) -> Refused:
    """The sentence for a constraint the services could not see coming (two people at once)."""
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None) or ""
    sentences = {
        "catalogue_class_code": (
            "minor_code",
            _("This edition already has a class with this code. Choose another code."),
        ),
        "catalogue_condition_once": (
            "number",
            _(
                "There is a condition with this number for some of these days. Choose another "
                "number, or end the other one first."
            ),
        ),
        "catalogue_stagelimit_once": (
            "valid_from",
            _("This stage has a limit for some of these days. End the other one first."),
        ),
        "catalogue_one_lead": (
            "unit",
            _(
                "Another unit leads this class in this region for some of these days. End its "
                "responsibility first."
            ),
        ),
        "catalogue_unit_once": (
            "unit",
            _("This unit already has this role for some of these days."),
        ),
    }
    if name in sentences:
        field, sentence = sentences[name]
        return Refused(sentence, field=field, code=name)
    raise error
