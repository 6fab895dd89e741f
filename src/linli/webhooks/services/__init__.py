"""Subscriptions of other systems, and telling them."""

from linli.webhooks.services.keeping import (
    change_subscription,
    end_subscription,
    ping,
    rotate_secret,
    subscribe,
    switch,
)
from linli.webhooks.services.telling import WEBHOOKS, tell_subscribers
from linli.webhooks.services.watching import switch_off_broken

__all__ = [
    "WEBHOOKS",
    "change_subscription",
    "end_subscription",
    "ping",
    "rotate_secret",
    "subscribe",
    "switch",
    "switch_off_broken",
    "tell_subscribers",
]
