from __future__ import annotations

from datetime import date

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import F, Q
from django.utils import timezone

from linli.cases.rules import OPEN, Channel, Handling, Stage, Urgency, case_number
from linli.cases.rules.chain import GENESIS

_OPEN = Q(stage__in=[stage.value for stage in OPEN])
#: What decides who sees a case; in the indexes that queues are counted from: no row is read.
_SEEN_BY = (
    "district", "street", "community", "grid", "lead_unit", "shared_with", "tracker", "case_class",
)  # fmt: skip


class Case(models.Model):
    """A problem, from its report to its evaluation. Changed only by `services`.

    Facts that lists filter by stand here, so that no list needs a join (design §6).
    """

    # -- what and where
    case_class = models.ForeignKey(
        "catalogue.CaseClass", models.PROTECT, null=True, related_name="+", db_index=False
    )
    condition = models.ForeignKey(
        "catalogue.FilingCondition", models.PROTECT, null=True, related_name="+", db_index=False
    )
    urgency = models.CharField(max_length=8, choices=Urgency.choices, default=Urgency.NORMAL)
    handling = models.CharField(max_length=12, choices=Handling.choices, default=Handling.GENERAL)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    description = models.TextField()
    address = models.TextField(default="")
    place = models.PointField(srid=4326, null=True, spatial_index=False)  # lon, lat
    place_origin = models.CharField(max_length=8, default="wgs84")  # wgs84, gcj02, bd09
    area_grade = models.CharField(max_length=1, default="B")
    cell = models.ForeignKey(
        "territory.Cell", models.PROTECT, null=True, related_name="+", db_index=False
    )
    grid = models.ForeignKey(
        "territory.Grid", models.PROTECT, null=True, related_name="+", db_index=False
    )
    community = models.ForeignKey(
        "territory.Region", models.PROTECT, null=True, related_name="+", db_index=False
    )
    street = models.ForeignKey(
        "territory.Region", models.PROTECT, null=True, related_name="+", db_index=False
    )
    district = models.ForeignKey(
        "territory.Region", models.PROTECT, null=True, related_name="+", db_index=False
    )

    # -- where it stands
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.REPORTED)
    stage_since = models.DateTimeField()
    centre = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+", db_index=False)
    lead_unit = models.ForeignKey(
        "staff.Unit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    co_units = ArrayField(models.BigIntegerField(), default=list)
    # Units beside the lead unit that see the case: co-units, centres it was transferred to or from.
    shared_with = ArrayField(models.BigIntegerField(), default=list)
    assignee = models.ForeignKey(
        "staff.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField(null=True)  # of the present stage; NULL while the clock stands
    warn_at = models.DateTimeField(null=True)  # 80 % of the limit used
    suspended_until = models.DateField(null=True)
    waiting_since = models.DateTimeField(null=True)  # for the reporter's answer
    pending = models.CharField(max_length=12, default="")  # rules.consents.Pending
    pending_by = models.ForeignKey(
        "staff.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )
    pending_detail = models.JSONField(default=dict)
    # The centre whose second consent a request waits for (rules.consents); it sees the case.
    decider = models.ForeignKey(
        "staff.Unit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    component_code = models.BigIntegerField(null=True)  # 部件; no foreign key between big rows
    merged_into = models.BigIntegerField(null=True)  # a case; no foreign key between big rows

    # -- why this unit
    route = models.JSONField(null=True)  # how it was found (routing.rules.evidence), with its limit
    # The centre that decides whose work it is, while arbitration is pending, and has decided after.
    arbiter = models.ForeignKey(
        "staff.Unit", models.PROTECT, null=True, related_name="+", db_index=False
    )

    # -- who did what (R12: the handler never checks or closes)
    handled_by = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    checked_by = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    closed_by = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    tracker = models.ForeignKey(
        "staff.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )
    self_handled = models.BooleanField(default=False)
    verified = models.BooleanField(null=True)
    check_passed = models.BooleanField(null=True)
    feedback_given = models.BooleanField(default=False)
    approval_asked = models.BooleanField(default=False)  # placeholder until approvals exist

    # -- when
    reported_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    evaluated_at = models.DateTimeField(null=True)
    rating = models.SmallIntegerField(null=True)  # 3 satisfied, 2 fairly, 1 not (R80)

    # -- how often
    report_count = models.SmallIntegerField(default=1)
    rework_count = models.SmallIntegerField(default=0)
    decline_count = models.SmallIntegerField(default=0)
    extension_count = models.SmallIntegerField(default=0)
    suspension_count = models.SmallIntegerField(default=0)
    reopen_count = models.SmallIntegerField(default=0)
    supervision_count = models.SmallIntegerField(default=0)
    file_count = models.SmallIntegerField(default=0)
    clock_count = models.SmallIntegerField(default=0)
    event_count = models.IntegerField(default=0)
    head_hash = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        indexes = [
            models.Index(F("reported_at").desc(), F("id").desc(), name="case_newest"),
            models.Index("stage", F("reported_at").desc(), F("id").desc(), name="case_stage"),
            models.Index(
                "stage",
                "case_class",
                F("reported_at").desc(),
                F("id").desc(),
                name="case_stage_class",
            ),
            models.Index("district", F("reported_at").desc(), F("id").desc(), name="case_district"),
            models.Index("street", F("reported_at").desc(), F("id").desc(), name="case_street"),
            models.Index(
                "community", F("reported_at").desc(), F("id").desc(), name="case_community"
            ),
            models.Index("grid", F("reported_at").desc(), F("id").desc(), name="case_grid"),
            models.Index("lead_unit", F("reported_at").desc(), F("id").desc(), name="case_by_unit"),
            GinIndex(fields=["shared_with"], name="case_shared", condition=~Q(shared_with=[])),
            models.Index(
                "tracker",
                F("reported_at").desc(),
                name="case_tracker",
                condition=Q(tracker__isnull=False),
            ),
            GistIndex(fields=["place"], name="case_place"),
            # Queues: each is counted from one of these alone (queries.badges.badges_for).
            models.Index(
                fields=["due_at"],
                include=(*_SEEN_BY, "warn_at"),
                name="case_open_due",
                condition=_OPEN,
            ),
            models.Index(
                fields=[
                    "centre",
                    "stage",
                ],  # the centre first: a stage says no more than the condition
                include=(
                    *_SEEN_BY,
                    "assignee",
                    "handled_by",
                    "check_passed",
                    "pending",
                    "suspended_until",
                ),
                name="case_open_centre",
                condition=_OPEN,
            ),
            models.Index(
                fields=["lead_unit", "stage"],
                include=("suspended_until", *(name for name in _SEEN_BY if name != "lead_unit")),
                name="case_open_unit",
                condition=_OPEN,
            ),
            models.Index(
                "centre",
                F("reported_at").desc(),
                F("id").desc(),
                include=_SEEN_BY,
                name="case_unhappy",
                condition=Q(stage="evaluated", rating=1),
            ),
            models.Index(  # cases that units sent back (R154), to learn from
                F("reported_at").desc(),
                F("id").desc(),
                name="case_declined",
                condition=Q(decline_count__gt=0),
            ),
            models.Index(
                fields=["arbiter"],
                include=_SEEN_BY,
                name="case_to_arbitrate",
                condition=Q(pending="arbitration"),
            ),
            models.Index(
                fields=["decider"],
                include=(*_SEEN_BY, "stage"),
                name="case_to_consent",
                condition=Q(decider__isnull=False),
            ),
            models.Index(
                fields=["merged_into"], name="case_merged", condition=Q(merged_into__isnull=False)
            ),
            models.Index(
                "component_code",
                F("reported_at").desc(),
                name="case_component",
                condition=Q(component_code__isnull=False),
            ),
            models.Index(
                fields=["suspended_until"],
                name="case_suspended",
                condition=Q(suspended_until__isnull=False),
            ),
            models.Index(fields=["closed_at"], name="case_closed_at", condition=Q(stage="closed")),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_stage_known", condition=Q(stage__in=[stage.value for stage in Stage])
            ),
            # R66: no case is filed without class, grid and point
            models.CheckConstraint(
                name="case_filed_whole",
                condition=Q(stage__in=["reported", "verifying", "dismissed", "merged"])
                | Q(case_class__isnull=False, grid__isnull=False, place__isnull=False),
            ),
            models.CheckConstraint(
                name="case_dispatched_has_unit",
                condition=~Q(stage__in=["dispatched", "handling", "handled", "checking"])
                | Q(lead_unit__isnull=False),
            ),
            # R12: whoever handles neither checks nor closes
            models.CheckConstraint(
                name="case_handler_not_checker",
                condition=Q(self_handled=True)
                | Q(handled_by__isnull=True)
                | Q(checked_by__isnull=True)
                | ~Q(handled_by=F("checked_by")),
            ),
            models.CheckConstraint(
                name="case_handler_not_closer",
                condition=Q(self_handled=True)
                | Q(handled_by__isnull=True)
                | Q(closed_by__isnull=True)
                | ~Q(handled_by=F("closed_by")),
            ),
            # R58: closing needs a passed check on site, unless handled on the spot
            models.CheckConstraint(
                name="case_closed_checked",
                condition=~Q(stage__in=["closed", "evaluated"])
                | Q(self_handled=True)
                | Q(check_passed=True, checked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="case_merged_somewhere",
                condition=Q(stage="merged", merged_into__isnull=False)
                | ~Q(stage="merged") & Q(merged_into__isnull=True),
            ),
            models.CheckConstraint(
                name="case_rating_range", condition=Q(rating__isnull=True) | Q(rating__range=(1, 3))
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reported_on(self) -> date:
        """The local day of the report, part of the number."""
        return timezone.localdate(self.reported_at)

    @property
    def number(self) -> str:
        """The number people use (rules.numbers)."""
        return case_number(self.pk, self.reported_on)

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN

    @property
    def waiting(self) -> bool:
        """Whether the reporter has been asked and has not answered."""
        return self.waiting_since is not None

    @property
    def is_suspended(self) -> bool:
        return self.suspended_until is not None

    @property
    def designated(self) -> bool:
        """Whether arbitration has named the unit: it may not decline, but for its leader (R79)."""
        return self.arbiter_id is not None and self.lead_unit_id is not None


class CaseWords(models.Model):
    """The word index of a case, apart from the row that every move rewrites: pairs of letters, and
    the month of its report (rules.words)."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="words")
    bigrams = ArrayField(models.CharField(max_length=8))

    class Meta:
        indexes = [GinIndex(fields=["bigrams"], name="case_words")]
