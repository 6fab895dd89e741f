"""Every door there is. Another one is a class with `compose` and `read`, and a line here."""

from bench._doors.base import Door, Here
from bench._doors.pages import Desk, Field, Portal
from bench._doors.programs import Api, Open311Json, Open311Xml

DOORS: tuple[type[Door], ...] = (Portal, Desk, Field, Api, Open311Xml, Open311Json)

__all__ = ["DOORS", "Door", "Here"]
