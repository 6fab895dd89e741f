"""Supervision orders and proposals of an inquiry into responsibility: they belong to their case."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from linli.cards.rules.orders import Outcome
from linli.cases.rules.stages import Supervision


class Order(models.Model):
    """督办单: a leader's order on a case, made with the event of the move (R76, R77)."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()  # of the event of the case
    unit = models.ForeignKey(
        "staff.Unit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    level = models.CharField(max_length=8, choices=Supervision.choices)
    words = models.TextField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    due_on = models.DateField()
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default="")
    outcome_words = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    soon_told_at = models.DateTimeField(null=True)
    over_told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("due_on", name="cards_order_open", condition=Q(outcome="")),
            models.Index(models.F("given_at").desc(), name="cards_order_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="cards_order_outcome", condition=Q(outcome__in=["", *Outcome.values])
            ),
            models.CheckConstraint(
                name="cards_order_decided",
                condition=Q(outcome="", decided_at__isnull=True)
                | ~Q(outcome="") & Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return not self.outcome


class Inquiry(models.Model):
    """责任查究建议: reason and legal basis, signed by a leader of the city (R3). It proposes; what
    follows is decided elsewhere, by those whom the law names."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    number = models.SmallIntegerField()  # within its case
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    legal_basis = models.TextField()
    proposal = models.TextField()
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey("staff.Post", models.PROTECT, related_name="+", db_index=False)
    recalled_at = models.DateTimeField(null=True)
    recalled_by = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    recall_words = models.TextField(default="")

    class Meta:
        indexes = [models.Index(models.F("signed_at").desc(), name="cards_inquiry_newest")]
