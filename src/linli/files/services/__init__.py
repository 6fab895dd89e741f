"""Taking files in, handing them to what they belong to, showing them, and clearing up."""

from linli.files.services.fetching import fetch
from linli.files.services.keeping import content_of, keep, on_disk, release, reserve
from linli.files.services.serving import respond, respond_sealed
from linli.files.services.uploading import (
    claim,
    discard_objects,
    discard_upload,
    prune,
    store,
)

__all__ = [
    "claim",
    "content_of",
    "discard_objects",
    "discard_upload",
    "fetch",
    "keep",
    "on_disk",
    "prune",
    "release",
    "reserve",
    "respond",
    "respond_sealed",
    "store",
]
