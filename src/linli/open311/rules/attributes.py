"""Questions that a service asks besides: their types, and whether an answer is one (V1)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from linli.kernel.errors import BadInput, Refused
from linli.kernel.text import clean
from linli.open311.rules.moments import moment

MOST_STRING, MOST_TEXT = 200, 1000


class DataType(TextChoices):
    """The types of the standard."""

    STRING = "string", pgettext_lazy("open311", "One line of text")
    NUMBER = "number", pgettext_lazy("open311", "Number")
    DATETIME = "datetime", pgettext_lazy("open311", "Date and time")
    TEXT = "text", pgettext_lazy("open311", "Several lines of text")
    ONE = "singlevaluelist", pgettext_lazy("open311", "One of a list")
    SEVERAL = "multivaluelist", pgettext_lazy("open311", "Several of a list")


LISTS = (DataType.ONE, DataType.SEVERAL)


@dataclass(frozen=True, slots=True)
class Question:
    """An attribute of a service. `variable` False: only told, not asked. `values`: key, name."""

    code: str
    datatype: str
    required: bool
    variable: bool
    order: int
    description: str
    datatype_description: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered: `values` as sent, and in words."""

    code: str
    question: str
    values: tuple[str, ...]
    words: str


def answers_to(
    questions: Sequence[Question], given: dict[str, list[str]]
) -> tuple[list[Answer], list[Refused]]:
    """The answers among what was `given`, and what is wrong with them. Answers to what was not
    asked are passed over: clients send what other cities ask."""
    answers: list[Answer] = []
    faults: list[Refused] = []
    for question in questions:
        if not question.variable:
            continue
        values = [value for value in given.get(question.code, []) if value.strip()]
        name = f"attribute[{question.code}]"
        if not values:
            if question.required:
                faults.append(
                    BadInput(
                        _("%(code)s required: answer “%(question)s” as %(name)s.")
                        % {
                            "code": question.code,
                            "question": question.description or question.code,
                            "name": name,
                        },
                        field=name,
                    )
                )
            continue
        try:
            answers.append(_answer(question, values, name))
        except Refused as refusal:
            faults.append(refusal)
    return answers, faults


def _answer(question: Question, values: list[str], name: str) -> Answer:
    if len(values) > 1 and question.datatype != DataType.SEVERAL:
        raise BadInput(_("%(name)s takes one answer, not several.") % {"name": name}, field=name)
    match question.datatype:
        case DataType.ONE | DataType.SEVERAL:
            known = dict(question.values)
            for value in values:
                if value not in known:
                    raise BadInput(
                        _("%(name)s is one of %(known)s, not “%(value)s”.")
                        % {"name": name, "known": ", ".join(known), "value": value[:40]},
                        field=name,
                    )
            chosen = list(dict.fromkeys(values))
            words = "、".join(known[value] for value in chosen)
        case DataType.NUMBER:
            chosen = [_number(values[0], name)]
            words = chosen[0]
        case DataType.DATETIME:
            chosen = [moment(name, values[0].strip()).isoformat(timespec="seconds")]
            words = chosen[0]
        case _:
            most = MOST_TEXT if question.datatype == DataType.TEXT else MOST_STRING
            chosen = [clean(values[0], field=name, most=most)]
            words = chosen[0]
    return Answer(question.code, question.description or question.code, tuple(chosen), words)


def _number(text: str, name: str) -> str:
    plain = text.strip()
    try:
        value = float(plain) if plain.isascii() and "_" not in plain and len(plain) < 40 else None
    except ValueError:
        value = None
    if value is None or not math.isfinite(value):
        raise BadInput(_("%(name)s is a number.") % {"name": name}, field=name)
    return plain
