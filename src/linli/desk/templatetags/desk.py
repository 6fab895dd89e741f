"""Words of the desk in templates: `{% load desk %}`."""

from __future__ import annotations

from django import template

from linli.cases.models import Case
from linli.cases.queries import reading
from linli.desk.rules.queues import Queue, move_in

register = template.Library()


@register.filter
def move_label(move: str) -> str:
    """What a move is called: `{{ "dispatch"|move_label }}`."""
    return reading.move_label(move)


@register.filter
def move_for(queue: Queue, case: Case) -> str:
    """The move that `case` waits for in a queue: `{{ q.queue|move_for:case }}`."""
    return move_in(queue, case.pending)
