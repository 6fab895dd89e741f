"""Post templates: the roles of the city, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import connections, transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput
from linli.kernel.text import clean
from linli.staff import policy
from linli.staff.models import PostTemplate, User
from linli.staff.models.posts import Reach
from linli.staff.rules import kind_of
from linli.staff.seeds import ROLES

_followers: list[Callable[[], None]] = []


@transaction.atomic
def seed_templates() -> int:
    """Add the roles that are missing; those there are stay as the city has them. Returns how many.

    Raises UnknownGrant if a role names a grant that no package has registered.
    """
    known = set(PostTemplate.objects.values_list("code", flat=True))
    rows = []
    for role in ROLES:
        grants = role.all_grants()
        kind_of(grants)
        if role.code not in known:
            rows.append(
                PostTemplate(
                    code=role.code,
                    name=role.name,
                    name_en=role.name_en,
                    reach=role.reach,
                    grants=grants,
                    proposed=grants,
                )
            )
    PostTemplate.objects.bulk_create(rows)
    for follow in _followers:
        follow()
    return len(rows)


def when_seeded(follow: Callable[[], None]) -> None:
    """Call `follow` whenever the roles were seeded, in the same transaction: for what other
    packages keep beside a role."""
    if follow not in _followers:
        _followers.append(follow)


def keep_templates(*, using: str = "default") -> int:
    """After every migrate: let roles that the city left as they were follow the program.

    A role whose grants are those last proposed takes those proposed now. A role the city has
    changed keeps its grants; its page says what is proposed besides. Posts stay as they are:
    who is given what is the security administrator's decision (`extend_posts`).
    Returns how many roles changed their grants.
    """
    connection, table = connections[using], PostTemplate._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return 0
        columns = connection.introspection.get_table_description(cursor, table)
    if "proposed" not in {column.name for column in columns}:
        return 0  # migrated back to before it
    proposals = {role.code: role.all_grants() for role in ROLES}
    changed = 0
    with transaction.atomic(using=using):
        rows = PostTemplate.objects.using(using).select_for_update()
        for template in rows.filter(code__in=proposals):
            proposal = proposals[template.code]
            if template.proposed == proposal:
                continue
            if template.proposed is not None and set(template.grants) == set(template.proposed):
                changed += template.grants != proposal
                template.grants = proposal
            template.proposed = proposal
            template.save(using=using, update_fields=["grants", "proposed"])
    return changed


@transaction.atomic
def edit_template(
    *,
    actor: User,
    template: PostTemplate,
    name: str,
    name_en: str,
    grants: Iterable[str],
    reach: str,
    now: datetime,
) -> PostTemplate:
    """Change what new posts of this role start with; posts already given stay as they are.

    Raises NotYours, BadInput, UnknownGrant, NotSeparated.
    """
    policy.require(actor, "staff.posts")
    before = template.grants
    template.name = clean(name, field="name", most=60, least=1)
    template.name_en = clean(name_en, field="name_en", most=60)
    template.grants = sorted(set(grants))
    kind_of(template.grants)
    if reach not in Reach.values:
        raise BadInput(_("Choose how far the post reaches."), field="reach")
    template.reach = reach
    template.save()
    record(
        actor=actor,
        action="staff.template_edited",
        object_type="post_template",
        object_id=template.pk,
        now=now,
        detail={"before": before, "after": template.grants},
    )
    return template
