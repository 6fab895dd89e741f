from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnnouncementsConfig(AppConfig):
    name = "linli.announcements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.announcements import policy
        from linli.audit.rules import register_actions
        from linli.kernel.navigation import NavItem, register
        from linli.notices.rules import (
            MessageKind,
            NoticeKind,
            register_messages,
            register_notices,
        )
        from linli.staff.rules import register_grants

        register_grants(GRANTS, kind="common")
        register_grants({policy.SETTINGS: _("Set how announcements are approved and sent")},
                        kind="system")  # fmt: skip
        register_actions(ACTIONS)
        register_notices(*(NoticeKind(code, words, icon) for code, words, icon in NOTICES))
        register_messages(*(MessageKind(*words) for words in LETTERS))
        register(
            NavItem(label=_("Announcements"), url_name="announcements:mine", icon="speakerphone",
                    order=90, section=_("Cases")),
        )  # fmt: skip


GRANTS = {
    "announcements.write": _("Write announcements to the staff of the unit and those below"),
    "announcements.approve": _("Approve announcements of the unit and those below"),
    "announcements.message": _("Send messages to those on duty in the area"),
}
ACTIONS = {
    "announcements.written": _("Wrote an announcement"),
    "announcements.submitted": _("Handed an announcement in for approval"),
    "announcements.returned": _("Returned an announcement to its author"),
    "announcements.published": _("Published an announcement"),
    "announcements.reminded": _("Reminded of an announcement"),
    "announcements.corrected": _("Replaced an announcement by a correction"),
    "announcements.withdrawn": _("Withdrew an announcement"),
    "announcements.settings_changed": _("Changed the settings of announcements"),
}
NOTICES = (
    ("announcements.published", _("Announcement: %(title)s"), "speakerphone"),
    ("announcements.to_confirm", _("Please read and confirm: %(title)s"), "speakerphone"),
    ("announcements.urgent", _("Urgent announcement: %(title)s"), "alert-triangle"),
    ("announcements.message", _("%(unit)s to those on duty: %(title)s"), "message"),
    ("announcements.corrected", _("Corrected announcement: %(title)s"), "speakerphone"),
    ("announcements.withdrawn", _("Withdrawn, it holds no more: %(title)s"), "x"),
    ("announcements.reminder", _("Still to be read or confirmed: %(title)s"), "bell-ringing"),
    ("announcements.to_approve", _("An announcement waits for approval: %(title)s"), "writing"),
    ("announcements.returned", _("Your announcement was returned: %(title)s"), "arrow-back-up"),
)
#: To members of staff: subject, letter, text message. Urgent ones go out in quiet hours too.
LETTERS = (
    ("announcements.letter", _("Announcement: %(title)s"),
     _("There is an announcement for you: %(title)s\n\nRead it here:\n%(link)s"),
     _("Announcement: %(title)s %(link)s")),
    ("announcements.urgent", _("Urgent announcement: %(title)s"),
     _("There is an urgent announcement for you: %(title)s\n\nRead it here:\n%(link)s"),
     _("Urgent: %(title)s %(link)s"), True),
)  # fmt: skip
