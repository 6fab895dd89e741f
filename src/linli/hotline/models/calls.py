"""Calls that came in, and people who are to be called back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from linli.hotline.rules import Outcome, Reason, Result, Satisfaction, length_text
from linli.kernel.seal import SealedTextField


class Call(models.Model):
    """One call: begun when it was taken, ended when it is known what becomes of it.

    A call that was answered at once leaves no case; it is kept for its kind and words. Who called
    is sealed, found by the exact number alone, and erased like the contacts of cases.
    """

    line = models.ForeignKey("hotline.Line", models.PROTECT, related_name="calls")
    kind = models.ForeignKey("hotline.LineKind", models.PROTECT, null=True, related_name="+")
    operator = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    words = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    note = models.TextField(blank=True)
    noted_at = models.DateTimeField(null=True)
    name = SealedTextField()
    phone = SealedTextField()
    phone_index = models.BinaryField(max_length=16, null=True)
    case_id = models.BigIntegerField(null=True)  # no key: cases may lie on other machines
    report_number = models.SmallIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index("line", models.F("began_at").desc(), name="hotline_call_line"),
            models.Index(
                "phone_index",
                models.F("began_at").desc(),
                name="hotline_call_phone",
                condition=Q(phone_index__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "operator", name="hotline_call_one_open", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="hotline_call_ended",
                condition=Q(ended_at__isnull=True, outcome="")
                | Q(ended_at__gte=models.F("began_at"), outcome__in=Outcome.values),
            ),
            models.CheckConstraint(
                name="hotline_call_case",
                condition=Q(
                    outcome__in=[Outcome.CASE, Outcome.JOINED],
                    case_id__isnull=False,
                    report_number__isnull=False,
                )
                | ~Q(outcome__in=[Outcome.CASE, Outcome.JOINED]) & Q(case_id__isnull=True),
            ),
        ]

    @property
    def length(self) -> str:
        """From picking up to the end, as 4:07."""
        return length_text(self.ended_at - self.began_at if self.ended_at else None)


class CallBack(models.Model):
    """Somebody who has to be called: about a case and one of its reports, or about a call."""

    unit = models.ForeignKey(
        "staff.Unit", models.PROTECT, related_name="+"
    )  # the centre that calls
    call = models.ForeignKey(Call, models.PROTECT, null=True, related_name="call_backs")
    case_id = models.BigIntegerField(null=True)
    report_number = models.SmallIntegerField(null=True)
    reason = models.CharField(max_length=8, choices=Reason.choices)
    about = models.CharField(max_length=200, blank=True)  # what an answer was promised on
    most_tries = models.SmallIntegerField()
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()  # not before
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=8, choices=Result.choices, blank=True)
    satisfaction = models.SmallIntegerField(null=True)
    words = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["unit", "due_at"],
                name="hotline_back_open",
                condition=Q(done_at__isnull=True),
            ),
            models.Index(
                fields=["unit", "done_at"],
                name="hotline_back_done",
                condition=Q(done_at__isnull=False),
            ),
            models.Index(
                fields=["case_id"], name="hotline_back_case", condition=Q(case_id__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "case_id",
                "report_number",
                name="hotline_back_once",
                condition=Q(done_at__isnull=True),
            ),
            models.CheckConstraint(
                name="hotline_back_of_something",
                condition=Q(case_id__isnull=False, report_number__isnull=False)
                | Q(case_id__isnull=True, call__isnull=False),
            ),
            models.CheckConstraint(
                name="hotline_back_done_whole",
                condition=Q(done_at__isnull=True, result="", satisfaction__isnull=True)
                | Q(done_at__isnull=False, result__in=Result.values),
            ),
            models.CheckConstraint(
                name="hotline_back_satisfaction",
                condition=Q(satisfaction__isnull=True)
                | Q(satisfaction__range=(1, 3), result=Result.REACHED),
            ),
        ]

    @property
    def satisfaction_label(self) -> str:
        """满意, 基本满意, 不满意, or nothing."""
        return str(Satisfaction(self.satisfaction).label) if self.satisfaction else ""


class CallBackTry(models.Model):
    """One time somebody dialled."""

    call_back = models.ForeignKey(CallBack, models.CASCADE, related_name="dialled")
    at = models.DateTimeField()
    by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    reached = models.BooleanField()
    words = models.CharField(max_length=200, blank=True)
