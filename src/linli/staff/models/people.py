"""Accounts: one for a person, and one for the program itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from linli.kernel.seal import SealedTextField
from linli.staff.rules import GRANTS, Kind, Seat


class User(AbstractUser):
    """Somebody who signs in. What they may do comes from their posts alone."""

    first_name = None  # type: ignore[assignment]  # one name, as people here have
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = SealedTextField()
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    # The actor of what happens by itself (a limit passes, a rating window ends). Cannot sign in.
    is_system = models.BooleanField(default=False)

    REQUIRED_FIELDS = ["name"]
    # The post by which the person acts: the one whose grant was asked for last (staff.policy).
    acting_post_id: int | None = None

    class Meta:
        verbose_name = _("account")
        constraints = [
            models.UniqueConstraint(
                fields=["is_system"], condition=models.Q(is_system=True), name="staff_one_system"
            ),
            models.CheckConstraint(
                condition=models.Q(is_system=False) | models.Q(password__startswith="!"),  # noqa: S106
                name="staff_system_has_no_password",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def password_is_due(self, now: datetime) -> bool:
        """Whether a new password is needed before anything else: the first one, or one that is
        older than PASSWORD_DAYS (standards 5.6). One that was never noted does not age."""
        if self.must_change_password:
            return True
        days, since = settings.PASSWORD_DAYS, self.password_changed_at
        return bool(days) and since is not None and now - since > timedelta(days=days)

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """The posts held now, read once for the life of this object (a request)."""
        from linli.staff.models.seats import seats_of

        return seats_of(self, timezone.now())

    def has_grant(self, code: str) -> bool:
        """Whether any post held now allows `code`; the program itself may do all."""
        return self.is_system or any(code in seat.grants for seat in self.seats)

    @cached_property
    def admin_kind(self) -> Kind | None:
        """Which of the three administrators this person is, if any."""
        for seat in self.seats:
            for code in seat.grants:
                if code in GRANTS and GRANTS[code].kind not in ("common", "work"):
                    return GRANTS[code].kind
        return None


class PasswordRecord(models.Model):
    """The hash of a password once used, so that the last five are not used again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_records")
    password = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="staff_password_record")]
