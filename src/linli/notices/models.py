"""What staff are told on their screens, and what is sent to residents."""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.kernel.seal import SealedTextField
from linli.notices import rules


class Notice(models.Model):
    """Something a person of the staff should know; its words are made when it is read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)  # ids, numbers and codes; no personal data
    url = models.CharField(max_length=300)  # a path of this site
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_notice_of_user"),
            models.Index(
                fields=["user"], name="notices_notice_unread", condition=Q(read_at__isnull=True)
            ),
            models.Index(
                fields=["read_at"], name="notices_notice_read", condition=Q(read_at__isnull=False)
            ),
        ]

    @property
    def sentence(self) -> str:
        """The notice in the reader's language."""
        return rules.sentence(self.kind, self.params)


class Message(models.Model):
    """A letter to a resident, kept until it is sent and 90 days after (P15).

    Address and params are sealed: together they would tell who reported which case.
    """

    channel = models.CharField(max_length=5, choices=rules.Channel)
    address = SealedTextField()
    kind = models.CharField(max_length=40)
    sealed_params = SealedTextField()
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=6, choices=rules.State, default=rules.State.QUEUED)
    attempts = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=rules.State.values), name="notices_message_state"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=rules.Channel.values), name="notices_message_channel"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="notices_message_sent_at",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="notices_message_by_state")]

    @property
    def params(self) -> rules.Params:
        """What fills the gaps of its words."""
        found: rules.Params = json.loads(self.sealed_params or "{}")
        return found

    @property
    def masked_address(self) -> str:
        """The address for lists (design §4: masked until a purpose is given)."""
        return rules.masked(self.channel, self.address)


class MessageWords(models.Model):
    """The city's own words of a kind of message in one language; the newest row holds.

    Rows stay: they are the history. Empty texts mean: the words the program brings.
    """

    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    short = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["kind", "language", "-id"], name="notices_words_newest")]


class QuietHours(models.Model):
    """When a channel is silent, each day; what is not urgent waits until the end."""

    channel = models.CharField(max_length=5, primary_key=True, choices=rules.Channel)
    begins = models.TimeField()
    ends = models.TimeField()


class BadAddress(models.Model):
    """An address that takes no messages, as its provider has said: nothing is sent there until a
    person has it tried again. The address itself is not kept, only its mark (blind index)."""

    channel = models.CharField(max_length=5, choices=rules.Channel)
    mark = models.BinaryField(max_length=16)
    says = models.CharField(max_length=200)  # why, in the provider's words without the address
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "mark"], name="notices_bad_address_once")
        ]
