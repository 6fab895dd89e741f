"""The words of the city as types: exactly those of the tables, in OpenAPI too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from linli.cases.rules import MOVES, Channel, Handling, Stage, Supervision, Urgency
from linli.catalogue.rules import LimitUnit

if TYPE_CHECKING:  # a type checker cannot read literals out of a table
    StageName: TypeAlias = str
    UrgencyName: TypeAlias = str
    LevelName: TypeAlias = str
    HandlingName: TypeAlias = str
    ChannelName: TypeAlias = str
    MoveName: TypeAlias = str
    EventName: TypeAlias = str
    SpanName: TypeAlias = str
else:
    StageName = Literal[tuple(Stage.values)]
    UrgencyName = Literal[tuple(Urgency.values)]
    LevelName = Literal[tuple(Supervision.values)]
    HandlingName = Literal[tuple(Handling.values)]
    ChannelName = Literal[tuple(Channel.values)]
    MoveName = Literal[tuple(MOVES)]
    EventName = Literal[("report", "add_report", *MOVES)]
    SpanName = Literal[tuple(unit.value for unit in LimitUnit)]
