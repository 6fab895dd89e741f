"""What the server keeps: whom it serves, what it asks, and what came in by it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from linli.cases.models import Case
from linli.kernel.seal import SealedTextField
from linli.open311.rules.attributes import LISTS, DataType, Question
from linli.open311.rules.kinds import Answering, MediaState


class ServerSettings(models.Model):
    """What discovery says; one row. `changed_at` moves with every change to what is offered."""

    contact = models.CharField(max_length=200, blank=True, default="")
    key_service = models.CharField(max_length=400, blank=True, default="")
    is_test = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="open311_one_settings", condition=Q(pk=1))]


class Jurisdiction(models.Model):
    """A region that other systems ask for by a code of its own; classes by prefix, none: all."""

    code = models.CharField(_("jurisdiction_id"), max_length=60, unique=True)
    region = models.ForeignKey("territory.Region", models.PROTECT, related_name="+")
    class_codes = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    answering = models.CharField(
        max_length=10, choices=Answering.choices, default=Answering.REALTIME
    )
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Attribute(models.Model):
    """A question that reports of a class are asked (V1). `values`: [[key, name, name_en]]."""

    class_code = models.CharField(max_length=5)
    code = models.CharField(max_length=40)
    datatype = models.CharField(max_length=16, choices=DataType.choices)
    required = models.BooleanField(default=False)
    variable = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=200)
    description_en = models.CharField(max_length=200, blank=True, default="")
    datatype_description = models.CharField(max_length=200, blank=True, default="")
    values = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["class_code", "code"], name="open311_attribute_code"),
            models.UniqueConstraint(
                fields=["class_code", "order"],
                name="open311_attribute_order",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(name="open311_attribute_positive", condition=Q(order__gte=1)),
            models.CheckConstraint(
                name="open311_attribute_values",
                condition=~Q(datatype__in=[kind.value for kind in LISTS]) | ~Q(values=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_code} {self.code}"

    @property
    def label(self) -> str:
        """The question in the reader's language, where there is one."""
        return self.description_en if self.description_en and _in_english() else self.description

    def question(self) -> Question:
        """As rules and answers see it, in the reader's language."""
        english = _in_english()
        return Question(
            code=self.code,
            datatype=self.datatype,
            required=self.required,
            variable=self.variable,
            order=self.order,
            description=self.label,
            datatype_description=self.datatype_description,
            values=tuple(
                (key, name_en if english and name_en else name)
                for key, name, name_en in self.values
            ),
        )


class Submission(models.Model):
    """How a report came in by Open311; the report itself is the cases' own.

    `key_id` is the token it was sent with. `digest` tells the same thing sent twice.
    """

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_index=False)
    number = models.SmallIntegerField()  # of the report
    key_id = models.BigIntegerField()  # a token; no foreign key from a big table to a local one
    jurisdiction = models.CharField(max_length=60)
    answering = models.CharField(max_length=10, choices=Answering.choices)
    account_id = SealedTextField()  # what the sender calls the person by
    answers = SealedTextField()  # JSON: [[code, question, [values], words]]
    media_url = SealedTextField()  # forgotten once it has been fetched or refused
    media_state = models.CharField(
        max_length=8, choices=MediaState.choices, default=MediaState.NONE, blank=True
    )
    media_said = models.CharField(max_length=300, blank=True, default="")
    digest = models.BinaryField(max_length=16)
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["key_id", "-sent_at"], name="open311_sent_by"),
            models.Index(fields=["digest", "-sent_at"], name="open311_sent_twice"),
        ]


def _in_english() -> bool:
    return (get_language() or "").startswith("en")
