"""The roles a new installation starts with: data, changed afterwards on pages (design §1, R19)."""

from __future__ import annotations

from typing import NamedTuple

from linli.staff.rules import GRANTS, Kind


class Role(NamedTuple):
    """A row for PostTemplate. With `whole` it takes every grant of that kind."""

    code: str
    name: str
    name_en: str
    reach: str
    grants: tuple[str, ...] = ()
    whole: Kind | None = None

    def all_grants(self) -> list[str]:
        """Its grants, sorted."""
        of_kind = {g.code for g in GRANTS.values() if self.whole and g.kind == self.whole}
        return sorted(of_kind | set(self.grants))


def _cases(verbs: str) -> tuple[str, ...]:
    """Grants on cases; who sees cases sees components, who goes out notes how they are; who works
    with places marks them on the map for others."""
    wanted = verbs.split()
    things = ["components.see"]
    if {"check", "verify", "handle"} & set(wanted):
        things.append("components.inspect")
    if "export" in wanted:
        things.append("components.export")
    if {"intake", "dispatch", "verify"} & set(wanted):
        things.append("marks.share")
    if {"intake", "dispatch", "supervise"} & set(wanted):
        things.append("sensors.see")
    if "intake" in wanted:
        things.append("workorders.handle")
    if "duty" in wanted:
        things.append("marks.manage")
    return (*_of("cases", verbs), *things)


def _of(area: str, verbs: str) -> tuple[str, ...]:
    """Grants of one area."""
    return tuple(f"{area}.{verb}" for verb in verbs.split())


#: On one monthly sheet scoring, review, appeal and signature are in different hands (P14).
ROLES: tuple[Role, ...] = (
    Role(
        "operator",
        "受理员",
        "Operator",
        "region",
        _cases("see report intake urgent call_back evaluate amend"),
    ),
    Role(
        "dispatcher",
        "派遣员",
        "Dispatcher",
        "region",
        (
            *_cases(
                "see dispatch request_check amend escalate delegate transfer suspend extend export"
            ),
            "routing.see",
        ),
    ),
    Role(
        "duty_chief",
        "值班长",
        "Duty chief",
        "region",
        (
            *_cases(
                "see report intake urgent file dispatch request_check close void reopen extend "
                "evaluate suspend escalate delegate transfer amend duty export arbitrate consent"
            ),
            "routing.see",
            *_of("cards", "see issue review"),
            *_of("appraisal", "score hear"),
            "analysis.see",
            "bulletins.see",
            "bulletins.review",
            "hotline.edit",
            "hotline.manage",
            "open311.exchange",
            "staff.duties",
            *_of("announcements", "write approve message"),
        ),
    ),
    Role(
        "grid_worker",
        "网格员",
        "Grid worker",
        "grids",
        _cases("see report urgent verify check self_handle"),
    ),
    Role("inspector", "核查员", "Inspector", "region", _cases("see report urgent verify check")),
    Role(
        "handler",
        "处置单位经办",
        "Handling unit",
        "unit",
        (*_cases("see handle"), *_of("cards", "see answer")),
    ),
    Role(
        "unit_leader",
        "处置单位负责人",
        "Leader of a unit",
        "unit",
        (*_cases("see handle object"), *_of("cards", "see answer"), *_of("announcements", "write")),
    ),
    Role(
        "leader",
        "领导",
        "Leader",
        "region",
        (
            *_cases("see sign supervise comment export arbitrate consent"),
            *_of("cards", "see issue review inquire"),
            *_of("appraisal", "review hear sign"),
            "analysis.see",
            "evaluation.see",
            "bulletins.see",
            "bulletins.review",
            "bulletins.sign",
            *_of("announcements", "write approve message"),
        ),
    ),
    Role(
        "evaluator",
        "考核员",
        "Evaluator",
        "region",
        (
            *_cases("see export"),
            *_of("cards", "see review"),
            "analysis.see",
            "evaluation.see",
            "evaluation.people",
            "evaluation.freeze",
            "evaluation.formulas",
            *_of("appraisal", "open score schemes"),
            "bulletins.see",
            "bulletins.write",
            "bulletins.templates",
        ),
    ),
    Role(
        "wall",
        "大屏",
        "Wall screen",
        "region",
        ("cockpit.wall",),
    ),
    Role(
        "interface",
        "接口对接",
        "Interface",
        "region",
        (*_cases("see report"), "open311.report"),
    ),
    Role(
        "system_admin",
        "系统管理员",
        "System administrator",
        "unit",
        ("routing.edit", "routing.see", *_of("announcements", "write")),
        whole="system",
    ),
    Role(
        "security_admin",
        "安全管理员",
        "Security administrator",
        "unit",
        ("staff.duties",),
        whole="security",
    ),
    Role("audit_admin", "审计管理员", "Audit administrator", "unit", whole="audit"),
)

#: What the roles of the program are called in English, by their names: titles of posts are these.
TITLES_EN: dict[str, str] = {role.name: role.name_en for role in ROLES}
