"""Bulletins, their files and templates, as a person may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.bulletins import policy
from linli.bulletins.models import Bulletin, Deed, Made, MadeState, Template
from linli.bulletins.rules.states import Kind, State
from linli.evaluation.models import Freeze, FreezeState
from linli.evaluation.queries import frozen
from linli.kernel.errors import NotFound

if TYPE_CHECKING:
    from linli.staff.models import User


def bulletins_for(user: User) -> QuerySet[Bulletin]:
    """What `user` may read, the newest first. One query."""
    rows = Bulletin.objects.filter(policy.readable_by(user)).defer("content", "sections")
    return rows.select_related("made_by")


def bulletin_for(user: User, bulletin_id: int, *, lock: bool = False) -> Bulletin:
    """One of them. One query. Raises NotFound."""
    rows = Bulletin.objects.filter(policy.readable_by(user), pk=bulletin_id)
    rows = rows.select_for_update() if lock else rows.select_related(
        "made_by", "signed_by", "freeze_of__version"
    )  # fmt: skip
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such bulletin, or you may not read it."))
    return found


def deeds_of(bulletin: Bulletin) -> QuerySet[Deed]:
    """Its story, from the beginning. One query."""
    return bulletin.deeds.select_related("by")


def made_of(user: User, bulletin: Bulletin) -> QuerySet[Made]:
    """Its files, the newest first; readers see those that were published. One query."""
    rows = bulletin.made.select_related("template", "asked_by")
    if policy.reads_all(user):
        return rows
    return rows.filter(revision=bulletin.revision, state=MadeState.MADE)


def made_for(user: User, bulletin_id: int, made_id: int) -> Made:
    """Files that are done. Two queries. Raises NotFound."""
    found = made_of(user, bulletin_for(user, bulletin_id)).filter(pk=made_id).first()
    if found is None or found.state != MadeState.MADE:
        raise NotFound(_("These files are not there, or are still being made."))
    return found


def template_of(kind: str) -> Template | None:
    """The template in use; None is the first one. One query."""
    return Template.objects.filter(kind=kind, retired=False).order_by("-version").first()


def templates() -> QuerySet[Template]:
    """Every version, the newest first of each kind. One query."""
    return Template.objects.select_related("made_by")


def template_by_id(template_id: int) -> Template:
    """Raises NotFound."""
    found = Template.objects.filter(pk=template_id).first()
    if found is None:
        raise NotFound(_("There is no such template."))
    return found


def freeze_choices() -> list[tuple[int, str]]:
    """Closed periods that a bulletin can be about, the latest first. One query."""
    rows = frozen.freezes().filter(state=FreezeState.FROZEN).exclude(span="day")[:60]
    return [(one.pk, _freeze_words(one)) for one in rows]


def _freeze_words(freeze: Freeze) -> str:
    return _("%(period)s (count %(number)d)") % {
        "period": frozen.period_of(freeze).label, "number": freeze.number,
    }  # fmt: skip


def published_rankings() -> QuerySet[Bulletin]:
    """Monthly bulletins that are published, the latest period first: all that the public page of
    rankings may show (R122). One query."""
    rows = Bulletin.objects.filter(kind=Kind.MONTHLY, state=State.PUBLISHED)
    return rows.select_related("freeze_of__version").order_by("-freeze_of__first", "-published_at")


def published_ranking(bulletin_id: int) -> Bulletin:
    """Raises NotFound, also for one that was withdrawn."""
    found = published_rankings().filter(pk=bulletin_id).first()
    if found is None:
        raise NotFound(_("There is no such ranking."))
    return found
