"""What a scheme of appraisal is made of, and what a scheme must be to serve (R125–R128, R134)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from linli.kernel.errors import BadInput

WHOLE = Decimal(100)
MOST_LINES = 16
MOST_BANDS = 8
#: Fewest people behind a sample or a mean of representatives: of fewer, answers could be told.
FEWEST = 5


class Origin(TextChoices):
    """Where the points of a line come from."""

    FIGURE = "figure", pgettext_lazy("appraisal", "Figure of the system")
    SELF = "self", pgettext_lazy("appraisal", "Self-report")
    SCORER = "scorer", pgettext_lazy("appraisal", "Scorer")
    SURVEY = "survey", pgettext_lazy("appraisal", "Sample survey")
    RESIDENTS = "residents", pgettext_lazy("appraisal", "Residents' representatives")


#: Lines that a scorer fills in.
BY_HAND = (Origin.SCORER, Origin.SURVEY, Origin.RESIDENTS)


@dataclass(frozen=True)
class Line:
    """One line: its part of the form (德, 能, 勤, 绩), its weight, and where its points come from.

    `figure`: the code of a formula of evaluation, for lines of the system.
    """

    part: str
    label: str | Promise
    weight: Decimal
    origin: Origin
    figure: str = ""


@dataclass(frozen=True)
class Band:
    """From `edge` points on (the edge belongs to it): `percent` of the appraised pay."""

    edge: Decimal
    percent: Decimal

    @property
    def text(self) -> str:
        return f"≥ {plain(self.edge)} → {plain(self.percent)} %"


#: R126: ≥ 90 → 100 %; ≥ 80 → 90 %; ≥ 70 → 80 %; below 0 %.
BANDS = (
    Band(Decimal(90), Decimal(100)),
    Band(Decimal(80), Decimal(90)),
    Band(Decimal(70), Decimal(80)),
    Band(Decimal(0), Decimal(0)),
)
#: What a first scheme says besides its lines and BANDS; a city changes it in the next one.
USUAL = {
    "share": 20, "most_added": 5, "most_deducted": 10, "report_days": 3, "appeal_days": 5,
}  # fmt: skip


def plain(number: Decimal) -> str:
    """`90`, `12.5`: no noughts at the end and no exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def check(lines: Sequence[Line], bands: Sequence[Band]) -> None:
    """Whether lines and bands make a scheme. Raises BadInput naming the field and the remedy."""
    if not 1 <= len(lines) <= MOST_LINES:
        raise BadInput(_("lines: give 1 to %(most)d lines.") % {"most": MOST_LINES}, field="lines")
    for place, line in enumerate(lines, 1):
        if line.weight <= 0:
            raise BadInput(
                _("lines: line %(place)d has no weight; give it one above 0, or empty the line.")
                % {"place": place},
                field="lines",
            )
    whole = sum((line.weight for line in lines), Decimal(0))
    if whole != WHOLE:
        raise BadInput(
            _("lines: the weights come to %(sum)s; change them so that they come to 100.")
            % {"sum": plain(whole)},
            field="lines",
        )
    check_bands(bands)


def check_bands(bands: Sequence[Band]) -> None:
    """Edges fall from band to band, the last one begins at 0, and percents never rise."""
    if not 1 <= len(bands) <= MOST_BANDS:
        raise BadInput(_("bands: give 1 to %(most)d bands.") % {"most": MOST_BANDS}, field="bands")
    if bands[-1].edge != 0:
        raise BadInput(
            _("bands: the last band must begin at 0, so that every total has one."), field="bands"
        )
    for better, worse in pairwise(bands):
        if better.edge <= worse.edge or better.percent < worse.percent:
            raise BadInput(
                _("bands: write the best band first; edges and percents fall from line to line."),
                field="bands",
            )
    if bands[0].edge > WHOLE or any(not 0 <= band.percent <= WHOLE for band in bands):
        raise BadInput(
            _("bands: edges and percents lie between 0 and 100; change the one that does not."),
            field="bands",
        )


def read_bands(text: str) -> list[Band]:
    """Bands as people write them, one a line: `90 100` is from 90 points on 100 per cent."""
    found = []
    for place, row in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        words = row.replace("≥", " ").replace("→", " ").replace("%", " ").split()
        try:
            edge, percent = (_number(word) for word in words)
        except ValueError:
            raise BadInput(
                _("bands: line %(place)d must be two numbers, such as “90 100”.")
                % {"place": place},
                field="bands",
            ) from None
        found.append(Band(edge, percent))
    check_bands(found)
    return found


def _number(word: str) -> Decimal:
    whole, _point, digits = word.partition(".")
    if not word.isascii() or not whole.isdigit() or len(whole) > 3 or len(digits) > 2:
        raise ValueError(word)
    if digits and not digits.isdigit():
        raise ValueError(word)
    return Decimal(word)
