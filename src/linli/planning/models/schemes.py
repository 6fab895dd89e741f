"""Schemes of grids (R30 to R33) and of their people (R42, R43)."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.planning.rules.schemes import Band, BuiltIn, Staffing
from linli.territory.rules.kinds import RURAL_KINDS


class GridScheme(models.Model):
    """How large grids are and how many people a community has. One of them is in force."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(pgettext_lazy("scheme", "name"), max_length=60)
    source = models.CharField(_("source"), max_length=120, blank=True)
    in_force = models.BooleanField(_("in force"), default=False)
    town_least = models.PositiveIntegerField(_("households in town, from"))
    town_most = models.PositiveIntegerField(_("households in town, to"))
    country_least = models.PositiveIntegerField(_("households in the country, from"))
    country_most = models.PositiveIntegerField(_("households in the country, to"))
    people_least = models.PositiveIntegerField(_("residents of a grid, from"), default=0)
    people_most = models.PositiveIntegerField(_("residents of a grid, to"), default=0)  # 0: open
    base = models.PositiveIntegerField(_("people of a small community"), default=0)
    base_households = models.PositiveIntegerField(_("up to so many households"), default=0)
    step = models.PositiveIntegerField(
        _("households for one more person"), validators=[MinValueValidator(1)]
    )
    mixed = models.PositiveIntegerField(_("more where the community is mixed"), default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["in_force"], condition=Q(in_force=True), name="planning_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(town_least__gte=1, country_least__gte=1, step__gte=1)
                & Q(town_most__gte=F("town_least"))
                & Q(country_most__gte=F("country_least")),
                name="planning_scheme_bands",
            ),
            models.CheckConstraint(
                condition=Q(people_most=0) | Q(people_most__gte=F("people_least")),
                name="planning_scheme_people",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, built_in: BuiltIn) -> GridScheme:
        """A scheme of the source documents, not saved."""
        return cls(
            code=built_in.code,
            name=built_in.name,
            source=built_in.source,
            town_least=built_in.town.least,
            town_most=built_in.town.most,
            country_least=built_in.country.least,
            country_most=built_in.country.most,
            people_least=built_in.residents.least if built_in.residents else 0,
            people_most=built_in.residents.most if built_in.residents else 0,
            base=built_in.staffing.base,
            base_households=built_in.staffing.base_households,
            step=built_in.staffing.step,
            mixed=built_in.staffing.mixed,
        )

    @property
    def town(self) -> Band:
        """Households of a grid in town."""
        return Band(self.town_least, self.town_most)

    @property
    def country(self) -> Band:
        """Households of a grid in the country."""
        return Band(self.country_least, self.country_most)

    @property
    def town_range(self) -> tuple[int, int]:
        """The same, as a filter `__range` takes it."""
        return self.town_least, self.town_most

    @property
    def country_range(self) -> tuple[int, int]:
        """The same, as a filter `__range` takes it."""
        return self.country_least, self.country_most

    @property
    def staffing(self) -> Staffing:
        """The formula for a community's people."""
        return Staffing(self.base, self.base_households, self.step, self.mixed)

    def band_of(self, kind: str) -> Band:
        """The band for a kind of grid (R32)."""
        return self.country if kind in RURAL_KINDS else self.town

    def out_of_band(self, kind: str, households: int | None) -> bool:
        """Whether a number of households lies outside; an unknown number does not."""
        return households is not None and not self.band_of(kind).holds(households)

    @property
    def residents(self) -> Band | None:
        """Residents of a grid in town, where the scheme says it (R31)."""
        return Band(self.people_least, self.people_most) if self.people_most else None

    def out_of_people(self, kind: str, people: int | None) -> bool:
        """Whether a number of residents lies outside; an unknown number does not."""
        band = self.residents
        if band is None or people is None or kind in RURAL_KINDS:
            return False
        return not band.holds(people)


class Population(models.Model):
    """How many residents a grid was said to have on a day (R31): one figure, of no person."""

    grid = models.ForeignKey("territory.Grid", models.CASCADE, related_name="+")
    on = models.DateField(_("counted on"))
    people = models.PositiveIntegerField(_("residents"))
    source = models.CharField(_("source"), max_length=120, blank=True)

    class Meta:
        ordering = ["grid", "-on"]
        constraints = [
            models.UniqueConstraint(fields=["grid", "on"], name="planning_population_once")
        ]


class CommunityProfile(models.Model):
    """What a community's staffing depends on besides its households."""

    community = models.OneToOneField("territory.Region", models.CASCADE, related_name="+")
    mixed = models.BooleanField(_("mixed community"), default=False)  # 杂居型, R42
    people = models.PositiveSmallIntegerField(_("people, if not counted from posts"), null=True)
