from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CardsConfig(AppConfig):
    name = "linli.cards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.cards.queries.waiting import waiting
        from linli.cards.services.hearing import note_order
        from linli.cases.queries.badges import count_too
        from linli.cases.services.hearing import when_written
        from linli.kernel.navigation import NavItem, register
        from linli.notices.rules import (
            MessageKind,
            NoticeKind,
            register_messages,
            register_notices,
        )
        from linli.staff.rules import register_grants

        register_grants(GRANTS, kind="work")
        register_grants(SYSTEM_GRANTS, kind="system")
        register_actions(ACTIONS)
        register_notices(*(NoticeKind(code, words, icon) for code, words, icon in NOTICES))
        register_messages(*(MessageKind(*words) for words in LETTERS))
        when_written(note_order)
        section = _("Supervision")
        see, rules = ("cards.see",), ("cards.rules", "cards.see")
        register(
            NavItem(label=_("Cards"), url_name="cards:cards", icon="flag", grants=see,
                    badge_key="cards", order=60, section=section),
            NavItem(label=_("Supervision orders"), url_name="cards:orders", icon="eye",
                    grants=see, badge_key="orders", order=61, section=section),
            NavItem(label=_("Returns"), url_name="cards:returns", icon="refresh", grants=see,
                    order=62, section=section),
            NavItem(label=_("Questions"), url_name="cards:questions", icon="help", grants=see,
                    order=63, section=section),
            NavItem(label=_("Supervision report"), url_name="cards:report", icon="chart-bar",
                    grants=see, order=64, section=section),
            NavItem(label=_("Card rules"), url_name="cards:rules", icon="adjustments",
                    grants=rules, order=417, section=_("Rules of work")),
        )  # fmt: skip
        count_too(waiting, most=1_000)


GRANTS = {
    "cards.see": _("See cards, supervision orders and what is asked about figures"),
    "cards.issue": _("Issue, drop and withdraw yellow and red cards"),
    "cards.answer": _("Reply to cards and appeal, for the unit"),
    "cards.review": _("Decide appeals against cards"),
    "cards.inquire": _("Propose an inquiry into responsibility"),
}
SYSTEM_GRANTS = {"cards.rules": _("Set the rules of cards")}

ACTIONS = {
    "cards.issued": _("Issued a card"),
    "cards.dropped": _("Dropped a proposed card"),
    "cards.replied": _("Replied to a card"),
    "cards.appealed": _("Appealed against a card"),
    "cards.reviewed": _("Decided on an appeal against a card"),
    "cards.withdrawn": _("Withdrew a card"),
    "cards.order_decided": _("Noted how a supervision order ended"),
    "cards.inquiry_signed": _("Signed a proposal of an inquiry into responsibility"),
    "cards.inquiry_recalled": _("Recalled a proposal of an inquiry into responsibility"),
    "cards.rule_added": _("Added a rule of cards"),
    "cards.rule_ended": _("Ended a rule of cards"),
    "cards.exported": _("Took a list of supervision away as a file"),
}

NOTICES = (
    ("cards.overdue", _("The limit has been over for a working day: %(number)s, %(address)s"),
     "alert-triangle"),
    ("cards.proposed", _("Cards are proposed and wait for a decision: %(count)s"), "flag"),
    ("cards.issued", _("Your unit has a card: %(number)s. It may reply and appeal."), "flag"),
    ("cards.answered", _("A unit has answered a card: %(number)s"), "message"),
    ("cards.to_review", _("An appeal against a card waits for review: %(number)s"), "scale"),
    ("cards.decided", _("The card on %(number)s has been decided."), "scale"),
    ("cards.order_soon", _("A supervision order is due soon: %(number)s"), "eye"),
    ("cards.order_over", _("A supervision order is past its day: %(number)s"), "eye"),
    ("cards.order_decided", _("A supervision order has ended: %(number)s"), "eye"),
    ("cards.inquiry", _("An inquiry into responsibility is proposed: %(number)s"), "file-text"),
)  # fmt: skip

#: To members of staff who wish it; subject, letter, text message.
LETTERS = (
    (
        "cards.reminder",
        _("%(number)s: %(words)s"),
        _("%(words)s\n\nCase %(number)s\n%(link)s"),
        _("%(words)s Case %(number)s %(link)s"),
    ),
)
