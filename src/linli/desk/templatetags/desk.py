"""Words of the desk in templates: `{% load desk %}`."""

from __future__ import annotations

from django import template

from linli.cases.queries import reading

register = template.Library()


@register.filter
def move_label(move: str) -> str:
    """What a move is called: `{{ "dispatch"|move_label }}`."""
    return reading.move_label(move)
