"""Writing into the outbox, emptying it, and what people do with what did not arrive."""

from linli.deliveries.services.queueing import derived_deliveries, queue_delivery, wake
from linli.deliveries.services.sending import send_due
from linli.deliveries.services.steering import (
    drop_deliveries,
    give_up_target,
    replay_deliveries,
    try_target_now,
)
from linli.deliveries.services.upkeep import prune

__all__ = [
    "derived_deliveries",
    "drop_deliveries",
    "give_up_target",
    "prune",
    "queue_delivery",
    "replay_deliveries",
    "send_due",
    "try_target_now",
    "wake",
]
