"""Official accounts, who writes to them, what came in, and which reports came of it."""

from __future__ import annotations

import hashlib
import hmac

from django.db import models
from django.db.models import Q

from linli.cases.models import Case
from linli.kernel.seal import SealedTextField, keys
from linli.wechat.rules.kinds import MediaState, Mode, News, Step, WorkState

API = "https://api.weixin.qq.com"


class Account(models.Model):
    """An official account. A report without a point is presumed to lie in its region.

    `old_aes_key` opens messages until `old_until`: WeChat changes keys over some minutes.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    region = models.ForeignKey("territory.Region", models.PROTECT, related_name="+")
    language = models.CharField(max_length=10, default="zh-hans")
    mode = models.CharField(max_length=6, choices=Mode.choices, default=Mode.SAFE)
    app_id = models.CharField(max_length=64)
    original_id = models.CharField(max_length=64, blank=True, default="")
    token = SealedTextField()
    aes_key = SealedTextField()
    old_aes_key = SealedTextField()
    old_until = models.DateTimeField(null=True, blank=True)
    app_secret = SealedTextField()
    api_base = models.CharField(max_length=200, default=API)
    active = models.BooleanField(default=True)
    reached_at = models.DateTimeField(null=True)  # when WeChat last checked the address

    class Meta:
        constraints = [
            models.CheckConstraint(name="wechat_account_mode", condition=Q(mode__in=Mode.values))
        ]

    def __str__(self) -> str:
        return self.name


class AccessToken(models.Model):
    """What calls to WeChat are made with; one row an account, locked while it is renewed."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    sealed_value = SealedTextField()
    until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, default="")  # of the last renewal


class Template(models.Model):
    """Which template of the account tells what; `fields`: [[field, text with {gaps}]]."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="templates")
    news = models.CharField(max_length=10, choices=News.choices)
    template_id = models.CharField(max_length=80)
    fields = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "news"], name="wechat_template_once")
        ]


class Fan(models.Model):
    """A person who writes to an account: known by a keyed hash, reached by the sealed number.

    `draft_number` parts the files of one draft from those of the next.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    index = models.BinaryField(max_length=16)
    sealed_openid = SealedTextField()
    follows = models.BooleanField(default=True)
    step = models.CharField(max_length=6, choices=Step.choices, default=Step.IDLE)
    sealed_draft = SealedTextField()
    draft_number = models.IntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    rating = models.CharField(max_length=30, default="")
    talked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "index"], name="wechat_fan_once")]
        indexes = [
            models.Index(
                fields=["began_at"], name="wechat_fan_drafting", condition=Q(step=Step.DRAFT)
            )
        ]

    @property
    def holder(self) -> str:
        """Whose uploads files are, until a report takes them."""
        return hashlib.sha256(f"wechat:{self.pk}".encode()).hexdigest()


def index_of(account_id: int, openid: str) -> bytes:
    """16 bytes by which a person is found again; useless without the key of the installation."""
    text = f"wechat:{account_id}:{openid}"
    return hmac.new(keys().blind, text.encode(), hashlib.sha256).digest()[:16]


class Nonce(models.Model):
    """A signature that was used, and the content it was used with: for nothing else."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    value = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "value"], name="wechat_nonce_once")
        ]
        indexes = [models.Index(fields=["at"], name="wechat_nonce_at")]


class InMessage(models.Model):
    """One message that came in, what was answered, and what it asks to be done.

    `sealed_content` and `sealed_task` are JSON. `said` says why a file or a task was refused.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    fan = models.ForeignKey(Fan, models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    kind = models.CharField(max_length=20)
    sealed_content = SealedTextField()
    sealed_reply = SealedTextField()
    received_at = models.DateTimeField()
    draft_number = models.IntegerField(null=True)
    media_state = models.CharField(
        max_length=8, choices=MediaState.choices, default=MediaState.NONE
    )
    upload = models.CharField(max_length=36, default="")
    state = models.CharField(max_length=8, choices=WorkState.choices, default=WorkState.NONE)
    sealed_task = SealedTextField()
    said = models.CharField(max_length=300, default="")
    case_id = models.BigIntegerField(null=True)
    report_number = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="wechat_message_once")
        ]
        indexes = [
            models.Index(
                fields=["fan", "draft_number"],
                name="wechat_message_files",
                condition=Q(draft_number__isnull=False),
            ),
            models.Index(fields=["received_at"], name="wechat_message_at"),
        ]


class Submission(models.Model):
    """A report that came by WeChat, and whom its news go to. It is placed where its case is, so
    account and fan are numbers without keys."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    account_id = models.BigIntegerField()
    fan_id = models.BigIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["fan_id", "-sent_at"], name="wechat_submission_fan")]
