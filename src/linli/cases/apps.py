from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "linli.cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.announcements.rules import register_duty
        from linli.audit.rules import register_actions
        from linli.cases.rules import Channel, Urgency
        from linli.cases.services.trials import TRIALS
        from linli.errands.rules import register_errands
        from linli.notices.rules import (
            MessageKind,
            NoticeKind,
            register_messages,
            register_notices,
        )
        from linli.routing.rules.words import register_words
        from linli.staff.rules import register_grants

        register_actions(ACTIONS)
        register_duty("cases.duty")
        register_grants(GRANTS, kind="work")
        register_grants(SYSTEM_GRANTS, kind="system")
        register_notices(*(NoticeKind(code, words, icon) for code, words, icon in NOTICES))
        register_messages(*(MessageKind(*words) for words in LETTERS))
        register_errands(TRIALS)
        register_words(channels=dict(Channel.choices), urgencies=dict(Urgency.choices))


GRANTS = {
    "cases.see": _("See cases of the region or unit"),
    "cases.report": _("Report problems"),
    "cases.urgent": _("Report emergencies straight to the command centre"),
    "cases.intake": _("Take reports in, merge them, ask for verification"),
    "cases.verify": _("Verify reports on site"),
    "cases.file": _("File and dismiss reports"),
    "cases.dispatch": _("Dispatch cases to units"),
    "cases.arbitrate": _("Decide whose work a disputed case is"),
    "cases.object": _("Send back, for the unit, even what arbitration has named it for"),
    "cases.handle": _("Handle cases for the unit"),
    "cases.request_check": _("Ask for checks on site"),
    "cases.check": _("Check results on site"),
    "cases.close": _("Close cases or send them back"),
    "cases.evaluate": _("Note a resident's rating"),
    "cases.self_handle": _("Handle problems on the spot"),
    "cases.void": _("Void cases"),
    "cases.reopen": _("Reopen closed cases"),
    "cases.call_back": _("Read who reported and call back"),
    "cases.suspend": _("Suspend and resume cases"),
    "cases.extend": _("Grant or refuse more time"),
    "cases.consent": _("Give the second consent to more time and suspensions"),
    "cases.escalate": _("Escalate cases to the tier above"),
    "cases.sign": _("Sign escalations"),
    "cases.delegate": _("Delegate cases to the tier below"),
    "cases.transfer": _("Transfer cases between districts"),
    "cases.amend": _("Amend class, urgency and place"),
    "cases.supervise": _("Supervise cases"),
    "cases.comment": _("Comment on cases"),
    "cases.duty": _("Be told of emergencies and late cases"),
    "cases.export": _("Export lists of cases"),
}

SYSTEM_GRANTS = {"cases.settings": _("Set the numbers of cases: distances, windows, days")}

ACTIONS = {
    "cases.contact_shown": _("Looked at who reported"),
    "cases.exported": _("Exported a list of cases"),
    "cases.sheet_taken": _("Took a case sheet away as a document"),
    "cases.settings_changed": _("Changed the settings of cases"),
}

NOTICES = (
    ("cases.urgent", _("Emergency reported: %(number)s, %(address)s"), "alert-triangle"),
    ("cases.dispatched", _("New work for your unit: %(number)s, %(address)s"), "inbox"),
    ("cases.to_arbitrate", _("Units dispute whose work it is: %(number)s"), "git-merge"),
    ("cases.to_verify", _("Please verify on site: %(number)s, %(address)s"), "map-pin"),
    ("cases.to_check", _("Please check on site: %(number)s, %(address)s"), "map-pin"),
    ("cases.extension_asked", _("More time is asked for: %(number)s"), "clock"),
    ("cases.extended", _("More time was granted: %(number)s"), "clock"),
    ("cases.extension_refused", _("More time was refused: %(number)s"), "clock"),
    ("cases.suspension_asked", _("A suspension is asked for: %(number)s"), "player-pause"),
    ("cases.suspended", _("The case was suspended: %(number)s"), "player-pause"),
    ("cases.suspension_refused", _("The suspension was refused: %(number)s"), "player-pause"),
    ("cases.to_consent", _("A request waits for your second consent: %(number)s"), "checks"),
    ("cases.request_withdrawn", _("The unit has withdrawn its request: %(number)s"), "clock"),
    ("cases.to_sign", _("An escalation waits for your signature: %(number)s"), "writing"),
    ("cases.signed", _("The escalation was signed: %(number)s"), "writing"),
    ("cases.escalation_refused", _("The escalation was refused: %(number)s"), "writing"),
    ("cases.handed_over", _("A case was handed to your centre: %(number)s"), "inbox"),
    ("cases.supervised", _("A leader supervises: %(number)s"), "eye"),
    ("cases.unsatisfied", _("A resident is not satisfied: %(number)s"), "phone"),
    ("cases.warned", _("80%% of the limit is used: %(number)s, %(address)s"), "clock"),
    ("cases.overdue", _("The limit is over: %(number)s, %(address)s"), "clock"),
)

#: To residents: code, subject, letter, text message (which leaves out what the centre said).
LETTERS = (
    (
        "cases.received",
        _("Your report %(number)s has arrived"),
        _("Your report has arrived. Its number is %(number)s.\n\nFollow it here:\n%(link)s"),
        _("Your report %(number)s has arrived. Follow it: %(link)s"),
    ),
    (
        "cases.asked",
        _("A question about your report %(number)s"),
        _("The centre asks you:\n\n%(words)s\n\nPlease answer here:\n%(link)s"),
        _("The centre has a question about your report %(number)s. Please answer: %(link)s"),
    ),
    (
        "cases.solved",
        _("Your report %(number)s: solved?"),
        _(
            "What you reported (%(number)s) has been dealt with and closed. Please say whether it"
            " is solved:\n%(link)s"
        ),
        _("What you reported (%(number)s) has been dealt with. Is it solved? %(link)s"),
    ),
    (
        "cases.refused",
        _("Your report %(number)s was not accepted"),
        _("Your report %(number)s goes no further. The reason:\n\n%(words)s\n\n%(link)s"),
        _("Your report %(number)s was not accepted. The reason: %(link)s"),
    ),
    (
        "cases.open_again",
        _("Your report %(number)s is open again"),
        _("What you reported (%(number)s) was not solved and is being looked at again:\n%(link)s"),
        _("What you reported (%(number)s) is being looked at again: %(link)s"),
    ),
)
