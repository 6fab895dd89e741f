"""Reading the log, and proving that nobody has changed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext as _

from linli.audit.models import AccessLog, AuditCut, AuditSeal
from linli.audit.rules import Entry, digest_of
from linli.kernel.errors import NotYours
from linli.kernel.health import Figure
from linli.kernel.progress import counted
from linli.kernel.web import Page, page_after

GRANT_SEE = "audit.see"


class Reader(Protocol):
    """Whoever reads the log, as far as it needs to know them."""

    @property
    def pk(self) -> Any: ...

    def has_grant(self, code: str) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What to look for; what is left out does not narrow."""

    user_id: int | None = None
    action: str = ""
    object_type: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def log_for(
    user: Reader, filters: Filters | None = None, *, cursor: str | None = None, size: int = 50
) -> Page:
    """A page of the log, newest first: for holders of `audit.see` all of it. One query.

    Raises NotYours.
    """
    if not user.has_grant(GRANT_SEE):
        raise NotYours(_("Only the audit administrator reads the access log."))
    wanted = filters or Filters()
    rows = AccessLog.objects.all()
    if wanted.user_id is not None:
        rows = rows.filter(user_id=wanted.user_id)
    if wanted.action:
        rows = rows.filter(action=wanted.action)
    if wanted.object_type:
        rows = rows.filter(object_type=wanted.object_type)
    if wanted.object_id:
        rows = rows.filter(object_id=wanted.object_id)
    if wanted.since is not None:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(at__lt=wanted.until)
    return page_after(rows, keys=("id",), cursor=cursor, size=size)


def log_of_oneself(user: Reader, *, cursor: str | None = None, size: int = 50) -> Page:
    """What the log says one has done, newest first: everybody may read that. One query."""
    return page_after(
        AccessLog.objects.filter(user_id=user.pk), keys=("id",), cursor=cursor, size=size
    )


def accesses_to(object_type: str, object_id: object, *, size: int = 50) -> list[AccessLog]:
    """Who has touched an object, newest first; the caller has asked whether that may be read.

    One query.
    """
    rows = AccessLog.objects.filter(object_type=object_type, object_id=str(object_id))
    return list(rows.order_by("-id")[:size])


def last_entry_id() -> int:
    """The newest entry's id; 0 for an empty log. One query."""
    return AccessLog.objects.order_by("-id").values_list("id", flat=True).first() or 0


def last_seal() -> AuditSeal | None:
    """The newest seal. One query."""
    return AuditSeal.objects.order_by("-from_id").first()


def entries_between(first: int, last: int, *, most: int | None = None) -> list[Entry]:
    """The entries `first` … `last`, oldest first, `most` of them. One query."""
    rows = AccessLog.objects.filter(id__gte=first, id__lte=last).order_by("id")
    return [Entry(*row) for row in rows.values_list(*Entry._fields)[:most]]


def forgotten_until() -> int:
    """The id up to which entries were let go after their three years; 0: none yet. One query."""
    return AuditCut.objects.order_by("-to_id").values_list("to_id", flat=True).first() or 0


class Verdict(NamedTuple):
    """What checking the seals found: `broken` names the first range that does not fit.

    `forgotten` of the seals stand for entries older than three years, which are no longer there.
    """

    entries: int
    seals: int
    broken: str
    forgotten: int = 0

    @property
    def holds(self) -> bool:
        """Whether log and seals agree."""
        return not self.broken


def verify_seals() -> Verdict:
    """Compute every seal again from the entries. One query a seal and three more.

    Of forgotten ranges only the chain is left to check: each seal carries the one before.
    """
    expected_from, digest, entries, seals, forgotten = 1, b"", 0, 0, 0
    cut = forgotten_until()
    total = AuditSeal.objects.count()
    for seal in counted(AuditSeal.objects.order_by("from_id").iterator(), total=total):
        found = entries_between(seal.from_id, seal.to_id)
        chained = seal.from_id == expected_from and bytes(seal.prev_digest) == digest
        if seal.to_id <= cut:
            whole = chained and not found
            forgotten += 1
        else:
            whole = chained and bytes(seal.digest) == digest_of(digest, found)
        if not whole:
            return Verdict(entries, seals, f"{seal.from_id}-{seal.to_id}")
        expected_from, digest = seal.to_id + 1, bytes(seal.digest)
        entries += len(found)
        seals += 1
    return Verdict(entries, seals, "", forgotten)


def figures() -> list[Figure]:
    """For `/metrics`: how far the sealing is behind. Two queries."""
    seal = last_seal()
    behind = last_entry_id() - (seal.to_id if seal else 0)
    return [Figure("linli_audit_unsealed", "Entries of the access log not yet sealed.", behind)]
