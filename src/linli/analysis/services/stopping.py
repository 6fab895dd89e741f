"""Ending letters without signing in, by the link that stands in each of them (RFC 8058)."""

from __future__ import annotations

from django.core import signing
from django.utils.translation import gettext as _

from linli.analysis.models import Posting
from linli.kernel.errors import NotFound

_SALT = "analysis.stop"


def token_of(posting: Posting) -> str:
    """What stands in the link: it ends these letters to this person and opens nothing else."""
    return signing.dumps(posting.pk, salt=_SALT)


def posting_of(token: str) -> int:
    """The letters that a link ends, whether they still go out or not. Raises NotFound for a link
    that was changed."""
    try:
        return int(signing.loads(token, salt=_SALT))
    except signing.BadSignature:
        raise NotFound(
            _("This link is not complete. Open it from the letter again, or sign in and stop the"
              " letters on the page “Saved questions”.")
        ) from None  # fmt: skip


def stop_posting(*, token: str) -> None:
    """No more of these letters. Safe to do twice. Raises NotFound."""
    Posting.objects.filter(pk=posting_of(token)).delete()
