"""Whom a rule names: a unit, or whoever cares for the component, or whom the list names."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Target(TextChoices):
    """Whose work it is when a rule fits. All but the first are found for each case (R65)."""

    UNIT = "unit", _("A unit")
    OWNER = "owner", _("The owner of the component")
    MAINTAINER = "maintainer", _("The unit that maintains the component")
    RESPONSIBLE = "responsible", _("The department in charge of the component")
    LOCAL = "local", _("The unit listed for the place’s own community or street")
    LISTED = "listed", _("The unit of the responsibility list")


#: Found on the component of a case; a rule with one does not fit a case without it.
OF_COMPONENT = (Target.OWNER, Target.MAINTAINER, Target.RESPONSIBLE)
