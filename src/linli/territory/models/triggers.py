"""Triggers that keep the version counters and the paths of regions true, whoever writes.

A service, a shell, a test or a repair by hand: each change of a boundary moves `boundaries` on and
tells every process, in the same transaction. A number comes from a sequence, so that one which was
rolled back never returns for other content.
"""

from __future__ import annotations

import pgtrigger

CHANNEL = "linli_territory"
_COUNT = """
    INSERT INTO territory_territorystate AS state (id, version, boundaries)
    VALUES (1, nextval('territory_version'), {boundaries_first})
    ON CONFLICT (id) DO UPDATE SET version = excluded.version{boundaries_next};
    PERFORM pg_notify('linli_territory', '');
    RETURN NULL;
"""
_CHANGES = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def counts_boundaries() -> pgtrigger.Trigger:
    """Every statement moves `version` and `boundaries` on."""
    return pgtrigger.Trigger(
        name="count_boundaries",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=_CHANGES,
        func=_COUNT.format(
            boundaries_first="currval('territory_version')",
            boundaries_next=", boundaries = excluded.boundaries",
        ),
    )


def counts_map() -> pgtrigger.Trigger:
    """Every statement moves `version` on: tiles change, `locate` does not."""
    return pgtrigger.Trigger(
        name="count_map",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=_CHANGES,
        func=_COUNT.format(boundaries_first="0", boundaries_next=""),
    )


def keeps_path() -> pgtrigger.Trigger:
    """`path` is the parent's path and the own id: "/1/5/"."""
    return pgtrigger.Trigger(
        name="keep_path",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            NEW.path = coalesce(
                (SELECT path FROM territory_region WHERE id = NEW.parent_id), '/'
            ) || NEW.id || '/';
            RETURN NEW;
        """,
    )


def passes_path_on() -> pgtrigger.Trigger:
    """When a region moves, the regions under it move with it."""
    return pgtrigger.Trigger(
        name="pass_path_on",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__path__df=pgtrigger.F("new__path")),
        func="""
            UPDATE territory_region SET parent_id = parent_id WHERE parent_id = NEW.id;
            RETURN NULL;
        """,
    )
