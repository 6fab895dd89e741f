"""The fingerprint of a picture: near pictures have near fingerprints (difference hash).

64 bits: whether each of 9 × 8 grey squares is darker than its right neighbour. Scaling, another
compression and other light change few bits of it; what it shows cannot be told from it.
"""

from __future__ import annotations

from PIL import Image, ImageStat

SIDE = 8
_SIGN = 1 << 63
_FLAT = 5.0  # grey levels of 255: a wall, the sky, a black screen say nothing


def fingerprint_of(photo: Image.Image) -> int | None:
    """The fingerprint as a signed number of 64 bits; None for a picture that shows too little."""
    grey = photo.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    if ImageStat.Stat(grey).stddev[0] < _FLAT:
        return None
    levels = grey.tobytes()
    bits = 0
    for row in range(SIDE):
        for column in range(SIDE):
            at = row * (SIDE + 1) + column
            bits = bits << 1 | (levels[at] < levels[at + 1])
    return bits - (1 << 64) if bits & _SIGN else bits
