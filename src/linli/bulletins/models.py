"""Bulletins, the templates offices make for them, and the files made of both."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from linli.bulletins.rules.states import Kind, State


class Template(models.Model):
    """A version of a Word template. Never changed; the newest of a kind is used, unless `retired`.

    Where there is none, `rules.docx.first` makes the file.
    """

    kind = models.CharField(max_length=8, choices=Kind.choices)
    version = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    note = models.CharField(max_length=300, default="", blank=True)
    key = models.CharField(max_length=120)
    size_bytes = models.IntegerField()
    names = models.JSONField(default=list)  # the fields it uses
    retired = models.BooleanField(default=False)
    made_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="bulletins_template_once")
        ]


class Bulletin(models.Model):
    """A monthly bulletin of a frozen period, or a special report on one subject.

    `content` is plain data as it was when the draft was begun or its cases were chosen anew
    (rules.fields); it never follows later figures. `sections` are the words of people.
    """

    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    year = models.PositiveSmallIntegerField(null=True)  # with `number`, from its signature on
    number = models.PositiveSmallIntegerField(null=True)
    title = models.CharField(max_length=120)
    subject = models.CharField(max_length=120, default="", blank=True)
    freeze_of = models.ForeignKey("evaluation.Freeze", models.PROTECT, null=True, related_name="+")
    content = models.JSONField(default=dict)
    sections = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    signed_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "year", "number"], name="bulletins_number_once"
            ),
            models.CheckConstraint(
                name="bulletins_signed_whole",
                condition=~Q(state__in=("signed", "published"))
                | Q(
                    year__isnull=False, number__isnull=False, signed_by__isnull=False,
                    signed_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="bulletins_monthly_of_period",
                condition=~Q(kind="monthly") | Q(freeze_of__isnull=False),
            ),
        ]  # fmt: skip

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    @property
    def texts(self) -> dict[str, str]:
        """All words of people, by the name of the field."""
        return {"title": self.title, "subject": self.subject, **self.sections}

    @property
    def label(self) -> str:
        """`〔2026〕3号`, or nothing before it is signed."""
        return f"〔{self.year}〕{self.number}号" if self.number else ""


class Deed(models.Model):
    """What was done to a bulletin, by whom and with which words."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="deeds")
    deed = models.CharField(max_length=12)
    words = models.TextField(default="")
    revision = models.PositiveIntegerField()
    by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]


class MadeState(models.TextChoices):
    MAKING = "making", pgettext_lazy("files", "Being made")
    MADE = "made", pgettext_lazy("files", "Made")
    FAILED = "failed", pgettext_lazy("files", "Failed")


class Made(models.Model):
    """Word and PDF of one revision. `template` None: the first one; `trouble`: why it failed."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="made")
    revision = models.PositiveIntegerField()
    template = models.ForeignKey(Template, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=MadeState.choices)
    word_key = models.CharField(max_length=120, default="")
    pdf_key = models.CharField(max_length=120, default="")
    trouble = models.CharField(max_length=300, default="")
    asked_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
