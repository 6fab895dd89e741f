"""What the views share: a form to a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from linli.kernel.errors import NotFound, NotYours, Refused
from linli.kernel.forms import refuse


def done(
    form: forms.Form,
    act: Callable[[], object],
    aliases: Mapping[str, str] | None = None,
) -> bool:
    """Whether the service did it; a refusal is noted in the form, at the field it names."""
    try:
        act()
    except NotFound:
        raise
    except NotYours as refusal:
        if refusal.code != "not_open_to_you":
            raise
        form.add_error(None, str(refusal))
        return False
    except Refused as refusal:
        refuse(form, refusal, aliases)
        return False
    return True


def status_of(*given: forms.BaseForm | forms.BaseFormSet[Any] | None) -> int:
    """422 where a form was sent and refused."""
    return (
        422
        if any(form is not None and form.is_bound and not form.is_valid() for form in given)
        else 200
    )


def initial_of(sheet: Any) -> dict[str, Any]:
    """What the fields of ScoreForm hold."""
    found: dict[str, Any] = {}
    for one in sheet.inputs.all():
        name, detail = f"line_{one.line_id}", one.detail
        found[name] = one.points
        if "asked" in detail:
            found |= {f"{name}_people": detail["asked"], f"{name}_total": detail["yes"]}
        if "people" in detail:
            found |= {f"{name}_people": detail["people"], f"{name}_total": detail["sum"]}
    return found
