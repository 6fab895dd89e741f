"""Every door there is. Another one is a class with `compose` and `read`, and a line here."""

from bench._doors.base import Door, Here
from bench._doors.hotline import Hotline
from bench._doors.pages import Desk, Field, Portal
from bench._doors.programs import Api, Open311Json, Open311Xml
from bench._doors.sensors import Mqtt, Sensors
from bench._doors.wechat import WeChat
from bench._doors.workorders import WorkOrders

DOORS: tuple[type[Door], ...] = (
    Portal, Desk, Hotline, Field, Api, Open311Xml, Open311Json, WorkOrders,
    WeChat, Sensors, Mqtt,
)  # fmt: skip

__all__ = ["DOORS", "Door", "Here"]
