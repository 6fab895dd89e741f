"""Jobs of the suggestions; each can run twice without harm."""

from __future__ import annotations

from django.utils import timezone

from linli.kernel.jobs import app
from linli.suggestions import services
from linli.suggestions.services.learning import learn_if_asked


@app.periodic(cron="40 * * * *")
@app.task(name="suggestions.retrain", queue="reports", queueing_lock="suggestions.retrain")
def retrain(timestamp: int) -> None:
    """The first model, and once a week, at night, a new one; one that is worse makes room."""
    services.retrain(now=timezone.now())


@app.task(name="suggestions.learn", queue="reports")
def learn(purpose: str, user_id: int) -> None:
    """What somebody asked for on the page."""
    learn_if_asked(purpose=purpose, user_id=user_id, now=timezone.now())
