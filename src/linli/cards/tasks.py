"""Jobs of supervision; each can run twice without harm."""

from __future__ import annotations

from django.utils import timezone

from linli.cards.services.orders import remind_orders
from linli.cards.services.proposing import propose_cards
from linli.cards.services.reminding import forget_reminders
from linli.cards.services.reminding import remind as remind_of_limits
from linli.kernel.jobs import app


@app.periodic(cron="*/5 * * * *")
@app.task(name="cards.remind", queue="cards")
def remind(timestamp: int) -> None:
    """Those who can act hear at 80 %, at the limit and a working day after it (R73)."""
    remind_of_limits(now=timezone.now())


@app.periodic(cron="7,22,37,52 * * * *")
@app.task(name="cards.propose", queue="cards")
def propose(timestamp: int) -> None:
    """The rules of cards propose; a person decides (R129, P14)."""
    propose_cards(now=timezone.now())


@app.periodic(cron="10 8,14 * * *")
@app.task(name="cards.remind_orders", queue="cards")
def remind_of_orders(timestamp: int) -> None:
    """Orders are reminded of on the working day before their day, and after it (R77)."""
    remind_orders(now=timezone.now())


@app.periodic(cron="40 3 * * *")
@app.task(name="cards.forget_reminders", queue="cards")
def forget(timestamp: int) -> None:
    """Reminders of ended cases are not needed any more."""
    forget_reminders(now=timezone.now())
