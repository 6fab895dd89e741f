"""Which table lives where when the database is spread over several machines with Citus.

Three kinds. *Big* tables are cut into shards by the case they belong to. *Reference* tables are
what big ones point at: small, and whole on every machine. All others are *local*: whole on the
coordinator. A new table is none of them until it is written down here; tests/test_distribution.py
fails until then, and proves over the catalogue of the database that keys and triggers bear it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

#: Table to distribution column, the case first: the others are placed where their case is.
BIG: Mapping[str, str] = {
    "cards_card": "case_id",
    "cards_cardevent": "case_id",
    "cards_inquiry": "case_id",
    "cards_order": "case_id",
    "cards_reminder": "case_id",
    "cases_case": "id",
    "cases_caseclock": "case_id",
    "cases_caseevent": "case_id",
    "cases_casefile": "case_id",
    "cases_casewords": "case_id",
    "cases_report": "case_id",
    "cases_reportcontact": "case_id",
    "evaluation_casefact": "case_id",
    "evaluation_frozenfact": "case_id",
    "evaluation_stepfact": "case_id",
    "evaluation_taskfact": "case_id",
    "evaluation_touched": "case_id",
    "open311_submission": "case_id",
    "wechat_submission": "case_id",
}
REFERENCE: frozenset[str] = frozenset(
    {
        "cards_cardrule",
        "catalogue_caseclass",
        "catalogue_edition",
        "catalogue_filingcondition",
        "staff_post",
        "staff_posttemplate",
        "staff_unit",
        "staff_user",
        "territory_cell",
        "territory_grid",
        "territory_region",
    }
)
#: Tables that grow and are local all the same, and why.
STAYING: Mapping[str, str] = {
    "audit_accesslog": "its seals need one order of all entries",
    "audit_auditcut": "belongs to the access log",
    "audit_auditseal": "belongs to the access log",
    "cases_submissionkey": "a form's key is unique over all cases; kept for a week",
    "components_component": "its triggers count map tiles as statements, which no shard can",
    "components_componentevent": "belongs to the components",
    "sensors_reading": "is judged device by device beside the state of the device; pruned",
    "components_tally": "is written by the triggers of the components",
}
#: Other tables that are small, and packages all of whose other tables are.
LOCAL: frozenset[str] = frozenset(
    {
        "cases_casesettings",
        "cases_keptcases",
        "cases_savedfilter",
        "evaluation_freeze",
        "evaluation_indicator",
        "evaluation_version",
        "spatial_ref_sys",
    }
)
LOCAL_PACKAGES: frozenset[str] = frozenset(
    {
        "account", "analysis", "announcements", "api", "appraisal", "auth", "axes", "bulletins",
        "cards", "catalogue", "components", "console", "deliveries", "desk", "django", "errands",
        "files", "hotline", "kernel", "marks", "mfa", "notices", "open311", "pghistory", "planning",
        "portal", "procrastinate", "routing", "sensors", "staff", "suggestions", "territory",
        "usersessions", "webhooks", "wechat", "workorders",
    }
)  # fmt: skip


class ForeignKey(NamedTuple):
    """A constraint of `table` on `target`, column by column."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


class UniqueIndex(NamedTuple):
    """Columns that are unique (or exclude one another) in `table`; expressions are empty names."""

    table: str
    name: str
    columns: tuple[str, ...]


class Trigger(NamedTuple):
    """A trigger of `table` with the text of its function."""

    table: str
    name: str
    body: str


def kind_of(table: str) -> str | None:
    """big, reference or local; None for a table nobody has placed."""
    if table in BIG:
        return "big"
    if table in REFERENCE:
        return "reference"
    placed = table in LOCAL or table in STAYING or table.partition("_")[0] in LOCAL_PACKAGES
    return "local" if placed else None


def faults(
    *,
    tables: Collection[str],
    keys: Sequence[ForeignKey],
    uniques: Sequence[UniqueIndex],
    triggers: Sequence[Trigger],
) -> list[str]:
    """What Citus would refuse, or would do wrong, each in a sentence; empty if the tables bear it.

    From the Citus documentation: unique constraints hold the distribution column; foreign keys go
    to reference tables or, with the distribution columns, to tables placed alike.
    """
    found = [f"{t}: nobody has said where it lives" for t in sorted(tables) if kind_of(t) is None]
    found += [f"{t}: is placed and does not exist" for t in sorted({*BIG, *REFERENCE} - {*tables})]
    for index in uniques:
        if index.table in BIG and BIG[index.table] not in index.columns:
            found.append(f"{index.table}: {index.name} is unique without {BIG[index.table]}")
    for key in keys:
        if fault := _fault_of(key):
            found.append(f"{key.table} ({', '.join(key.columns)}) → {key.target}: {fault}")
    for trigger in triggers:
        words = trigger.body.upper().split()
        if trigger.table in BIG and {"INSERT", "UPDATE", "DELETE", "SELECT"} & set(words):
            found.append(f"{trigger.table}: the trigger {trigger.name} asks or changes other rows")
    return found


def _fault_of(key: ForeignKey) -> str:
    here, there = kind_of(key.table), kind_of(key.target)
    if there == "big":
        if here != "big":
            return "only big tables may point at big ones"
        pairs = set(zip(key.columns, key.target_columns, strict=True))
        if (BIG[key.table], BIG[key.target]) not in pairs:
            return "points out of its own case"
    if here in {"big", "reference"} and there == "local":
        return "points at a table that is on one machine alone"
    return ""


def in_order(names: Collection[str], keys: Sequence[ForeignKey]) -> list[str]:
    """`names` so that each comes after those it points at. Raises ValueError on a circle."""
    waits = {
        name: {k.target for k in keys if k.table == name and k.target in names} - {name}
        for name in names
    }
    placed: list[str] = []
    while waits:
        free = sorted(name for name, targets in waits.items() if targets <= set(placed))
        if not free:
            raise ValueError(f"These point at one another in a circle: {sorted(waits)}.")
        placed += free
        for name in free:
            del waits[name]
    return placed


def plan(
    *, keys: Sequence[ForeignKey], triggers: Sequence[Trigger], done: Collection[str] = ()
) -> list[str]:
    """The statements in their order; tables in `done` are distributed already and left out."""
    statements = [
        "CREATE EXTENSION IF NOT EXISTS citus",
        # Triggers of big tables only refuse (faults); of reference tables only one copy's remain.
        "SET citus.enable_unsafe_triggers TO on",
    ]
    told = {trigger.table for trigger in triggers}
    for table in in_order(REFERENCE, keys):
        if table in done:
            continue
        statements.append(f"SELECT create_reference_table('{table}')")
        if table in told:
            # A change reaches every machine's copy: only the coordinator's may keep the history.
            statements.append(_quiet_copies(table))
    for table in in_order(BIG, keys):
        if table in done:
            continue
        alike = "" if table == "cases_case" else ", colocate_with => 'cases_case'"
        statements.append(f"SELECT create_distributed_table('{table}', '{BIG[table]}'{alike})")
    return statements


def _quiet_copies(table: str) -> str:
    return (
        "SELECT run_command_on_workers(format('ALTER TABLE %I DISABLE TRIGGER USER', shard_name))"
        " FROM (SELECT DISTINCT shard_name FROM citus_shards"
        f" WHERE table_name = '{table}'::regclass) shards"
    )
