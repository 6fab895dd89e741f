"""One operation a move, drawn from the table of moves: a new row is a new operation."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from inspect import Parameter, Signature
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from linli.api import services
from linli.api.forms import inputs, outputs
from linli.api.views import parameters
from linli.api.views.cases import moved
from linli.api.views.door import ApiRequest, write
from linli.cases.rules import MOVES, parse_case_number
from linli.catalogue.rules import Limit, LimitUnit
from linli.kernel.errors import BadInput

router = Router(tags=["Moves"])


def _value(name: str, kind: str, value: Any) -> Any:
    """An input as the services take it."""
    if value is None:
        return None
    match kind:
        case "place":
            return value.value()
        case "limit":
            return Limit(Decimal(str(value.amount)), LimitUnit(value.unit))
        case "date":
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise BadInput(
                    _("%(name)s is not a day of the calendar.") % {"name": name}, field=name
                ) from None
        case "number":
            if parse_case_number(value) is None:
                raise BadInput(
                    _("%(name)s is not the number of a case, such as 20261122-000123-7.")
                    % {"name": name},
                    field=name,
                )
    return value


def _operation(move: str) -> Callable[..., HttpResponse]:
    body_type, row = inputs.MOVE_BODIES[move], MOVES[move]

    def perform(request: ApiRequest, number: str, body: Any) -> HttpResponse:
        given = {i.name: _value(i.name, i.kind, getattr(body, i.name)) for i in row.inputs}

        def run() -> tuple[int, dict[str, Any]]:
            case = services.perform(
                move,
                number=number,
                actor=request.user,
                now=timezone.now(),
                seen=body.seen,
                inputs={name: value for name, value in given.items() if value is not None},
            )
            return 200, moved(request, case)

        return write(request, run)

    named = Parameter.POSITIONAL_OR_KEYWORD
    perform.__signature__ = Signature(  # type: ignore[attr-defined]  # ninja reads it
        [
            Parameter("request", named),
            Parameter("number", named, annotation=str),
            Parameter("body", named, annotation=body_type),
        ]
    )
    perform.__name__ = f"move_{move}"
    return perform


def _says(move: str) -> str:
    row = MOVES[move]
    sources = ", ".join(f"`{stage}`" for stage in row.sources)
    target = f"`{row.target}`" if row.target else "the same stage"
    return f"From {sources} to {target}. Needs the grant `{row.grant}` on the side “{row.axis}”."


for _move in MOVES:
    router.post(
        f"/cases/{{number}}/moves/{_move}",
        response=outputs.Moved,
        operation_id=f"move_{_move}",
        summary=f"Move: {_move.replace('_', ' ')}",
        description=_says(_move),
        openapi_extra={"parameters": [parameters.ONCE]},
    )(_operation(_move))
