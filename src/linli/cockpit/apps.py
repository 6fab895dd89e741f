from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CockpitConfig(AppConfig):
    name = "linli.cockpit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.cockpit import policy
        from linli.cockpit.board import Wall, key_of
        from linli.kernel.live import Board, register_board
        from linli.kernel.navigation import NavItem, register
        from linli.staff.rules import register_grants

        register_grants({policy.WALL: _("Show the wall of the area")}, kind="work")
        register_actions({"cockpit.screen": _("Set up a screen for the wall")})
        register_board("wall", Board(policy.onlooker, policy.screen_of, key_of, Wall))
        register(
            NavItem(label=_("Overview"), url_name="cockpit:today", icon="gauge",
                    grants=policy.LEADS, order=5, section=_("Cases")),
            NavItem(label=_("Wall"), url_name="cockpit:wall", icon="dashboard",
                    grants=policy.LOOKS, order=6, section=_("Cases")),
        )  # fmt: skip
