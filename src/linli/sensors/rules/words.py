"""What a device says in its reports, as a person would."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.sensors.rules.kinds import Sense


class _Alarm(Protocol):
    rule: Any
    device: Any
    value: float | None
    worst: float | None
    began_at: Any
    changed_at: Any


def amount(value: float | None, unit_of_measure: str) -> str:
    """A value with its unit, as short as it is exact: 4.2 mm."""
    if value is None:
        return "–"
    text = f"{value:.6g}"
    if "e" in text and abs(value) < 1e15:
        text = f"{value:.0f}" if abs(value) >= 1 else f"{value:.9f}".rstrip("0")
    return f"{text} {unit_of_measure}".rstrip()


def span(seconds: float) -> str:
    """A time span in the largest unit that says enough."""
    for size, words in ((86_400, _("%s d")), (3_600, _("%s h")), (60, _("%s min"))):
        if seconds >= size:
            return words % f"{seconds / size:.3g}"
    return _("%s s") % f"{seconds:.0f}"


def line_of(rule: Any, unit_of_measure: str) -> str:
    """The condition of a rule in words."""
    if rule.sense == Sense.SILENT:
        return _("nothing heard for %(count)s intervals") % {"count": f"{rule.threshold:g}"}
    line = amount(rule.threshold, unit_of_measure)
    return (_("above %s") if rule.sense == Sense.ABOVE else _("below %s")) % line


class Words:
    """The sentences of one alarm, in the language that is active."""

    def __init__(self, alarm: _Alarm) -> None:
        self._alarm = alarm
        device, rule = alarm.device, alarm.rule
        self._unit = device.kind.unit_of_measure
        self._silent = rule.sense == Sense.SILENT
        self._given = {
            "device": f"{device.name}（{device.code}）",
            "rule": rule.name,
            "line": line_of(rule, self._unit),
            "value": amount(alarm.value, self._unit),
            "worst": amount(alarm.worst, self._unit),
            "since": _when(alarm.began_at),
            "at": _when(alarm.changed_at),
        }

    def opened(self) -> str:
        """The report that opens the case."""
        if self._silent:
            return (
                _("%(device)s is silent: nothing was heard of it since %(since)s. Rule “%(rule)s”.")
                % self._given
            )
        return (
            _("%(device)s: %(value)s at %(at)s, %(line)s since %(since)s. Rule “%(rule)s”.")
            % self._given
        )

    def worse(self) -> str:
        """The value lies much farther beyond than the case knows."""
        return _("%(device)s: now up to %(worst)s (%(line)s).") % self._given

    def again(self) -> str:
        """It had been back to normal and is not any more."""
        if self._silent:
            return _("%(device)s is silent again since %(at)s.") % self._given
        return _("%(device)s: again %(line)s since %(at)s, %(value)s.") % self._given

    def back(self) -> str:
        """Back to normal, and stayed so."""
        if self._silent:
            return _("%(device)s is heard again since %(at)s.") % self._given
        return (
            _("%(device)s: back to normal by itself at %(at)s, %(value)s (worst %(worst)s).")
            % self._given
        )


def _when(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
