"""Learning: from the catalogue's words, from labelled texts, from closed cases."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases.queries.learning import Lesson, lessons
from linli.catalogue import queries as catalogue
from linli.kernel.errors import BadInput, Refused
from linli.kernel.jobs import later
from linli.staff.models import User
from linli.staff.policy import require
from linli.suggestions.models import ModelVersion, Purpose, Source
from linli.suggestions.queries import kept
from linli.suggestions.queries.asking import unit_marks
from linli.suggestions.rules.features import is_held_out
from linli.suggestions.rules.training import Example, train
from linli.suggestions.services.versions import GRANT, adopt, step_back_if_worse

log = logging.getLogger(__name__)
MOST_CASES = 10_000  # the newest
LEAST_CASES = 200  # of the held-in part; fewer teach less than the catalogue's words
LEAST_OF_LABEL = 5
MOST_HELD_OUT = 3_000
EVERY = timedelta(days=7)
NIGHT = range(2, 4)  # hours of local time in which the schedule may train


class TooLittle(Refused):
    """There is not enough to learn from."""

    code = "too_little_to_learn"


class Lore(NamedTuple):
    """What is learned from, and what is measured with; the two have no text in common."""

    taught: list[Example]
    held_out: list[Example]


def learn_from_cases(*, purpose: str, now: datetime, actor: User | None = None) -> ModelVersion:
    """A new version of what closed cases teach; in force unless it is worse than the present one.

    `actor` None: the schedule. A minute or so on 10,000 cases. Raises NotYours, TooLittle.
    """
    if actor is not None:
        require(actor, GRANT)
    return _learned(purpose, lore_of_cases(purpose), now, actor)


def _learned(purpose: str, lore: Lore, now: datetime, actor: User | None) -> ModelVersion:
    if len(lore.taught) < LEAST_CASES or len({one.label for one in lore.taught}) < 2:
        raise TooLittle(
            _("Too few closed cases to learn from: %(count)d, and %(least)d are needed.")
            % {"count": len(lore.taught), "least": LEAST_CASES}
        )
    taught = lore.taught + (_words_of_catalogue() if purpose == Purpose.CLASS else [])
    return adopt(
        purpose=purpose,
        source=Source.CASES,
        model=train(taught),
        examples=len(lore.taught),
        held_out=lore.held_out,
        now=now,
        actor=actor,
    )


def learn_from_texts(
    *, texts: Iterable[tuple[str, str]], now: datetime, actor: User | None = None
) -> ModelVersion:
    """Classes from labelled texts that an office brings: pairs of text and code of a class.

    The texts are not kept. Raises BadInput naming the line of an unknown code, TooLittle.
    """
    codes = {one.code for one in catalogue.classes()}
    lore = Lore([], [])
    for line, (text, code) in enumerate(texts, start=2):
        if code not in codes:
            raise BadInput(
                _("Line %(line)d: there is no class %(code)s in the catalogue in use.")
                % {"line": line, "code": code[:20]},
                field="class",
            )
        if text.strip():
            into = lore.held_out if is_held_out(text) else lore.taught
            into.append(Example(text, code, source=f"t{line}"))
    if len({one.label for one in lore.taught}) < 2:
        raise TooLittle(_("Texts of at least two classes are needed."))
    own = lore_of_cases(Purpose.CLASS).held_out
    return adopt(
        purpose=Purpose.CLASS,
        source=Source.TEXTS,
        model=train(lore.taught + _words_of_catalogue()),
        examples=len(lore.taught),
        held_out=own if len(own) >= LEAST_CASES else lore.held_out,
        now=now,
        actor=actor,
    )


def learn_from_catalogue(*, now: datetime, actor: User | None = None) -> ModelVersion | None:
    """What a new installation starts with: names, notes and filing conditions of the classes.

    None where there are no two classes.
    """
    taught = _words_of_catalogue()
    if len({one.label for one in taught}) < 2:
        return None
    return adopt(
        purpose=Purpose.CLASS,
        source=Source.CATALOGUE,
        model=train(taught),
        examples=len(taught),
        held_out=lore_of_cases(Purpose.CLASS).held_out,
        now=now,
        actor=actor,
    )


def retrain(*, now: datetime) -> list[ModelVersion]:
    """The schedule: the first model where there is none, and once a week, at night, a new one of
    each purpose; one that has turned out worse than its predecessor makes room. Runs twice without
    harm: what is a week young is not learned anew."""
    if not kept.settings().learning_on:
        return []
    made: list[ModelVersion] = []
    if kept.in_force(Purpose.CLASS) is None and (first := learn_from_catalogue(now=now)):
        made.append(first)
    if timezone.localtime(now).hour not in NIGHT:
        return made
    for purpose in Purpose.values:
        lore = lore_of_cases(purpose)
        if step_back_if_worse(purpose=purpose, held_out=lore.held_out, now=now):
            continue
        newest = next(iter(kept.versions(purpose)), None)
        if newest and newest.source == Source.CASES and now - newest.made_at < EVERY:
            continue
        try:
            made.append(_learned(purpose, lore, now, None))
        except TooLittle as refusal:
            log.info("nothing learned", extra={"purpose": purpose, "why": str(refusal)})
    return made


def lore_of_cases(purpose: str) -> Lore:
    """Closed cases as examples. A label needs LEAST_OF_LABEL of them; one text in five, by what it
    says, is held out for ever."""
    found = [one for one in map(_example(purpose), lessons(most=MOST_CASES)) if one is not None]
    often = Counter(one.label for one in found)
    lore = Lore([], [])
    for one in found:
        if often[one.label] >= LEAST_OF_LABEL:
            (lore.held_out if is_held_out(one.text) else lore.taught).append(one)
    return Lore(lore.taught, lore.held_out[:MOST_HELD_OUT])


class _example:
    """A lesson as an example of a purpose; None if it is none."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose
        self._codes = {one.pk: one.code for one in catalogue.current().all_classes}
        self._offered = {one.code for one in catalogue.classes()}

    def __call__(self, lesson: Lesson) -> Example | None:
        code = self._codes.get(lesson.class_id)
        if self._purpose == Purpose.CLASS:
            if code not in self._offered:
                return None
            return Example(lesson.text, str(code), lesson.source)
        if lesson.unit_id is None:
            return None
        marks = unit_marks(code, lesson.region_id)
        return Example(lesson.text, str(lesson.unit_id), lesson.source, marks)


def _words_of_catalogue() -> list[Example]:
    """Names, notes and filing conditions of the classes in use: written for everybody."""
    held = catalogue.current()
    found = []
    for one in catalogue.classes():
        conditions = held.conditions_for(one, on=timezone.localdate())
        texts: Sequence[str] = [
            one.name,
            f"{one.major_name} {one.name}",
            one.note,
            *(f"{one.name} {condition.filing_text}" for condition in conditions),
            *(condition.filing_text for condition in conditions),
        ]
        found += [
            Example(text, one.code, source=f"k{one.code}", public=True) for text in texts if text
        ]
    return found


def ask_to_learn(*, actor: User, purpose: str, now: datetime) -> None:
    """A new version, made by the worker in a minute or so. Raises NotYours, BadInput."""
    require(actor, GRANT)
    if purpose not in Purpose.values:
        raise BadInput(
            _("purpose is one of %(known)s.") % {"known": ", ".join(Purpose.values)},
            field="purpose",
        )
    later("suggestions.learn", once=f"learn.{purpose}", purpose=purpose, user_id=actor.pk)


def learn_if_asked(*, purpose: str, user_id: int, now: datetime) -> ModelVersion | None:
    """What `ask_to_learn` asked for: from closed cases; classes from the words of the catalogue
    where cases are too few. None where there is nothing, or the grant is gone."""
    actor = User.objects.filter(pk=user_id, is_active=True).first()
    if actor is None or not actor.has_grant(GRANT):
        return None
    try:
        return learn_from_cases(purpose=purpose, now=now, actor=actor)
    except TooLittle:
        return learn_from_catalogue(now=now, actor=actor) if purpose == Purpose.CLASS else None
