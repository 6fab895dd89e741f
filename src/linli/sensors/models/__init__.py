from linli.sensors.models.alarms import Alarm, SensorRule
from linli.sensors.models.devices import Device, DeviceImport, DeviceKind, DeviceState, Sender
from linli.sensors.models.readings import Nonce, Reading, Refusal

__all__ = [
    "Alarm",
    "Device",
    "DeviceImport",
    "DeviceKind",
    "DeviceState",
    "Nonce",
    "Reading",
    "Refusal",
    "Sender",
    "SensorRule",
]
