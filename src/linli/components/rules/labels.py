"""The QR label of a component: its code, as an SVG path."""

from __future__ import annotations

from typing import NamedTuple

import qrcode


class Qr(NamedTuple):
    """A QR code as an SVG path on a square of `size` modules, quiet zone included."""

    size: int
    path: str


def qr(text: str) -> Qr:
    """The QR code of `text`, medium error correction, one run of dark modules a stroke."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    runs = []
    matrix = code.get_matrix()
    for y, row in enumerate(matrix):
        begin = None
        for x, dark in enumerate([*row, False]):
            if dark and begin is None:
                begin = x
            elif not dark and begin is not None:
                runs.append(f"M{begin} {y}h{x - begin}v1h-{x - begin}z")
                begin = None
    return Qr(len(matrix), "".join(runs))
