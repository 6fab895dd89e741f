"""The facts of a case: a pure function of its history. What figures count is decided here alone.

How it counts: what stands counts. A filing that became a merge, a closing that was reopened, a work
that a check refused have been taken back, and the later history says what is so; a period that
somebody has frozen keeps what was so then (services.freezing).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from linli.evaluation.rules.histories import Happened, History, Ran

#: Reports of the public (监督举报); what workers, sensors and other systems tell is not.
PUBLIC = frozenset({"portal", "hotline", "wechat", "open311", "counter", "petition", "media"})
_HANDLING = "handling"  # the clock of a unit


@dataclass
class CaseFacts:
    """What of the case itself counts."""

    event_number: int = 0
    is_public: bool = False
    reported_at: datetime | None = None
    filed_at: datetime | None = None
    dismissed_at: datetime | None = None
    merged_at: datetime | None = None
    voided_at: datetime | None = None
    dispatched_at: datetime | None = None
    due_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    self_handled_at: datetime | None = None
    out_at: datetime | None = None  # when it ended otherwise: dismissed, merged, voided
    reworked_at: datetime | None = None
    misdispatched_at: datetime | None = None
    suspended_at: datetime | None = None
    extended_at: datetime | None = None
    reopened_at: datetime | None = None
    on_time: bool = True  # no clock of a unit has run out


@dataclass
class TaskFacts:
    """What one unit had to do, from its dispatch until it was done or left it."""

    number: int
    unit_id: int
    is_lead: bool
    dispatched_at: datetime
    due_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    left_at: datetime | None = None
    declined_at: datetime | None = None
    disputed_at: datetime | None = None
    reworked_at: datetime | None = None
    suspended_at: datetime | None = None
    extended_at: datetime | None = None
    on_time: bool = True


@dataclass
class StepFacts:
    """What one post did, or has to do (`done_at` None)."""

    number: int
    step: str
    post_id: int
    done_at: datetime | None
    due_at: datetime | None = None
    out_at: datetime | None = None
    on_time: bool = True
    good: bool = True


@dataclass(frozen=True)
class Facts:
    """Everything that counts of one case."""

    case: CaseFacts
    tasks: list[TaskFacts]
    steps: list[StepFacts]


def facts(history: History) -> Facts:
    """The facts of a case. The same history gives the same facts, however often and wherever."""
    replay = _Replay(history)
    for event in history.events:
        replay.take(event)
    return replay.end()


#: Acts by which a centre takes a report in; the first of them is the taking in.
_TAKING = frozenset({"request_verification", "file", "dismiss", "merge"})
#: Moves of one post, with the clock of the stage they leave: step and stage.
_STEPS = {
    "request_verification": ("ask_verify", "reported"),
    "verify": ("verify", "verifying"),
    "file": ("file", "reported"),
    "dispatch": ("dispatch", "filed"),
    "arbitrate": ("dispatch", "filed"),
    "request_check": ("ask_check", "handled"),
    "check": ("check", "checking"),
    "close": ("close", "checking"),
}
#: Numbers of steps that no event made.
_GROUND, _WAITING = 0, -1


class _Replay:
    """Goes through a history once."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.case = CaseFacts(is_public=history.channel in PUBLIC)
        self.tasks: list[TaskFacts] = []
        self.steps: list[StepFacts] = []
        self.lead: TaskFacts | None = None
        self.sender: StepFacts | None = None  # who sent the case to the unit that has it
        self.filing: StepFacts | None = None
        self.reporting: StepFacts | None = None
        self.declined: tuple[StepFacts | None, int] | None = None  # who sent it, to which unit
        self.taken = False

    def take(self, event: Happened) -> None:
        self.case.event_number = event.number
        self._step(event)
        act = getattr(self, f"_{event.move}", None)
        if act is not None:
            act(event)

    # -- posts ------------------------------------------------------------------------------
    def _step(self, event: Happened) -> None:
        if event.post_id is None:
            return
        if event.move in _TAKING and not self.taken:
            self.taken = True
            self._add("take", event, event.post_id)
        if event.move not in _STEPS:
            return
        step, stage = _STEPS[event.move]
        made = self._add(step, event, event.post_id, self._clock(stage, event.at))
        if event.move == "file":
            self.filing = made

    def _add(self, step: str, event: Happened, post_id: int, clock: Ran | None = None) -> StepFacts:
        made = StepFacts(
            number=event.number * 2 + (step == "take"),  # stays as it is when more happens
            step=step,
            post_id=post_id,
            done_at=event.at,
            due_at=clock.due_at if clock else None,
            on_time=clock is None or clock.kept(event.at),
        )
        self.steps.append(made)
        return made

    def _clock(self, stage: str, at: datetime) -> Ran | None:
        """The clock of `stage` that ran at `at`, or was ended then: the last one."""
        found = None
        for clock in self.history.clocks:
            ended = clock.ended_at is not None and clock.ended_at < at
            if clock.stage == stage and clock.started_at <= at and not ended:
                found = clock
        return found

    # -- the beginning --------------------------------------------------------------------------
    def _report(self, event: Happened) -> None:
        self.case.reported_at = event.at
        if event.post_id is None:
            return
        if self.history.channel == "worker":
            self.reporting = self._add("report", event, event.post_id)
            self.reporting.good = False  # until it is filed
        else:
            self.taken = True
            self._add("take", event, event.post_id)

    def _file(self, event: Happened) -> None:
        self.case.filed_at = event.at
        if self.reporting is not None:
            self.reporting.good = True

    def _dismiss(self, event: Happened) -> None:
        self.case.dismissed_at = self.case.out_at = event.at

    def _merge(self, event: Happened) -> None:
        """A case that is part of another counts there: it was not filed for itself, whether it was
        merged before the filing or after."""
        self.case.merged_at = self.case.out_at = event.at
        self.case.filed_at = None
        if self.reporting is not None:
            self.reporting.good = False

    def _unmerge(self, event: Happened) -> None:
        self.case.merged_at = self.case.out_at = None

    def _self_handle(self, event: Happened) -> None:
        self.case.self_handled_at = event.at
        if self.reporting is not None:
            self.reporting.good = True

    # -- units ------------------------------------------------------------------------------
    def _dispatch(self, event: Happened) -> None:
        unit = event.detail.get("unit")
        if unit is None:
            return
        self.case.dispatched_at = self.case.dispatched_at or event.at
        self._judge_return(int(unit), event)
        if event.post_id is not None:
            self.sender = self.steps[-1]
        else:
            self.sender = None
        self.lead = self._task(event, int(unit), lead=True)
        for other in event.detail.get("co_units", ()):
            self._task(event, int(other), lead=False)
        self._due(event)

    _arbitrate = _dispatch

    def _judge_return(self, unit: int, event: Happened) -> None:
        """A unit that declined, and another one that was sent the case then: it was sent wrong."""
        if self.declined is None:
            return
        sender, before = self.declined
        self.declined = None
        if before == unit:
            return
        self.case.misdispatched_at = self.case.misdispatched_at or event.at
        if sender is not None:
            sender.good = False

    def _task(self, event: Happened, unit: int, *, lead: bool) -> TaskFacts:
        made = TaskFacts(len(self.tasks) + 1, unit, lead, event.at)
        self.tasks.append(made)
        return made

    def _due(self, event: Happened) -> None:
        """The clock of the unit that began with this event."""
        clock = next(
            (c for c in self.history.clocks if c.stage == _HANDLING and c.started_at == event.at),
            None,
        )
        due = clock.due_at if clock else None
        self.case.due_at = due
        if self.lead is not None:
            self.lead.due_at = due

    def _decline(self, event: Happened) -> None:
        """It is not the unit's work, but the case has waited: one that was late stays late."""
        clock = self._clock(_HANDLING, event.at)
        if clock is not None and not clock.kept(event.at):
            self.case.on_time = False
        if self.lead is not None:
            self.lead.left_at = self.lead.declined_at = event.at
            self.declined = (self.sender, self.lead.unit_id)
            self._helpers_leave(event)
        self.lead, self.case.due_at = None, None

    def _helpers_leave(self, event: Happened) -> None:
        for task in self.tasks:
            if not task.is_lead and task.left_at is None and task.handled_at is None:
                task.left_at = event.at

    def _report_back(self, event: Happened) -> None:
        clock = self._clock(_HANDLING, event.at)
        in_time = clock is None or clock.kept(event.at)
        self.case.handled_at = event.at
        self.case.on_time = self.case.on_time and in_time
        if self.lead is not None:
            self.lead.handled_at = event.at
            self.lead.on_time = self.lead.on_time and in_time

    def _co_report(self, event: Happened) -> None:
        helpers = [t for t in self.tasks if not t.is_lead and t.left_at is None]
        own = [t for t in helpers if t.unit_id == event.unit_id] or helpers[:1]
        for task in own:
            task.handled_at = event.at

    def _rework(self, event: Happened) -> None:
        self.case.reworked_at = self.case.reworked_at or event.at
        self.case.handled_at = None
        if self.lead is not None:
            self.lead.reworked_at = self.lead.reworked_at or event.at
            self.lead.handled_at = None
        self._due(event)

    def _suspend(self, event: Happened) -> None:
        self.case.suspended_at = event.at
        if self.lead is not None:
            self.lead.suspended_at = event.at

    _consent_suspension = _suspend

    def _extend(self, event: Happened) -> None:
        self.case.extended_at = event.at
        if self.lead is not None:
            self.lead.extended_at = event.at

    _consent_extension = _extend

    # -- the end ----------------------------------------------------------------------------
    def _close(self, event: Happened) -> None:
        self.case.closed_at = event.at
        if self.lead is not None:
            self.lead.closed_at = event.at
        for task in self.tasks:
            if not task.is_lead and task.left_at is None:
                task.closed_at = event.at

    def _void(self, event: Happened) -> None:
        self.case.voided_at = self.case.out_at = event.at
        if self.lead is not None:
            self.lead.left_at = event.at
        self._helpers_leave(event)
        if self.filing is not None:
            self.filing.good = False

    def _reopen(self, event: Happened) -> None:
        """The closing did not stand; what follows is new work with its own clock. What the unit was
        asked for ended with that closing: it owes nothing from then on."""
        self.case.reopened_at = event.at
        self.case.closed_at = self.case.handled_at = self.case.self_handled_at = None
        self.case.due_at = None
        self.case.on_time = True
        if self.case.filed_at is None:  # it was handled on the spot, and is filed by being reopened
            self.case.filed_at = event.at
        if self.lead is not None:
            self.lead.closed_at, self.lead.left_at = None, self.lead.closed_at or event.at
            self.lead.disputed_at = event.at
        for task in self.tasks:
            if not task.is_lead and task.closed_at is not None:
                task.closed_at, task.left_at = None, task.closed_at
        self.lead = None

    def end(self) -> Facts:
        """What is still to be done, and what the grid's worker should have seen."""
        self._waiting()
        filed = self.case.filed_at
        if filed is not None and self.history.keeper_id is not None:
            self.steps.append(
                StepFacts(
                    _GROUND, "ground", self.history.keeper_id, filed,
                    good=not self.case.is_public or self.case.voided_at is not None,
                )
            )  # fmt: skip
        return Facts(self.case, self.tasks, self.steps)

    def _waiting(self) -> None:
        """A verification or check that somebody was sent to do, and has not done."""
        assignee, last = self.history.assignee_id, self.history.events
        if assignee is None or not last:
            return
        stage = last[-1].stage_to
        for step, wanted in (("verify", "verifying"), ("check", "checking")):
            if stage != wanted or (step == "check" and self._checked()):
                continue
            clock = next(
                (c for c in self.history.clocks if c.stage == stage and c.ended_at is None), None
            )
            self.steps.append(
                StepFacts(
                    _WAITING, step, assignee, None,
                    due_at=clock.due_at if clock else None,
                )
            )  # fmt: skip

    def _checked(self) -> bool:
        for event in reversed(self.history.events):
            if event.move in ("check", "request_check"):
                return event.move == "check"
        return False
