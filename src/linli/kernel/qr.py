"""QR codes for paper and screens, drawn without the network."""

from __future__ import annotations

from typing import NamedTuple


class Qr(NamedTuple):
    """A QR code as an SVG path on a square of `size` modules, quiet zone included."""

    size: int
    path: str


def qr(text: str) -> Qr:
    """The QR code of `text`, medium error correction, one run of dark modules a stroke."""
    import qrcode  # late: it brings a library of pictures

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    matrix = code.get_matrix()
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                runs.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = end + 1
    return Qr(len(matrix), "".join(runs))
