"""What a replay of a signed message has in common with it."""

from __future__ import annotations

import hashlib


def nonce_of(sender_id: int, message_id: str) -> bytes:
    """The mark by which a message of a sender is known again."""
    return hashlib.sha256(f"{sender_id}:{message_id}".encode()).digest()[:16]
