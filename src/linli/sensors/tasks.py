"""Jobs: cases of alarms, silent devices, what is kept."""

from __future__ import annotations

from django.utils import timezone

from linli.kernel.jobs import PATIENT, app
from linli.sensors.services import alarms, upkeep, watching


@app.task(name="sensors.tell_case", queue="cases", retry=PATIENT)
def tell_case(alarm_id: int) -> None:
    """Safe to run twice: what the case has been told is noted."""
    alarms.tell_case(alarm_id=alarm_id, now=timezone.now())


@app.periodic(cron="* * * * *", periodic_id="sensors.watch")
@app.task(name="sensors.watch", queue="cases", queueing_lock="sensors.watch",
          lock="sensors.watch", pass_context=False)  # fmt: skip
def watch(timestamp: int) -> None:
    """Each minute: devices that have fallen silent; alarms whose cases have moved on."""
    now = timezone.now()
    watching.find_silent(now=now)
    alarms.look_after(now=now)


@app.periodic(cron="37 * * * *", periodic_id="sensors.prune")
@app.task(name="sensors.prune", queue="upkeep", queueing_lock="sensors.prune", pass_context=False)
def prune(timestamp: int) -> None:
    """Each hour: readings past their days, marks of signed messages. Safe to run twice."""
    now = timezone.now()
    upkeep.prune(now=now)
    upkeep.forget_nonces(now=now)
