"""What for somebody may look at who reported (P7, P15): the look is logged with it."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Purpose(TextChoices):
    """The purposes a person chooses from before a contact is shown."""

    CALL_BACK = "call_back", pgettext_lazy("purpose", "Call back about this case")
    ASK = "ask", pgettext_lazy("purpose", "Ask where or what exactly it is")
    URGENT = "urgent", pgettext_lazy("purpose", "Danger to people: reach the person at once")
    COMPLAINT = "complaint", pgettext_lazy("purpose", "The person complained about the handling")
