"""Whatever happens to a file on its way, it is taken or refused; it never breaks the program."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.files import rules
from linli.files.rules.preparing import prepare

from . import makers

NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
SAMPLES = [
    *(content for mime, content in makers.EVERY_KIND.items() if mime != "image/jpeg"),
    makers.photo((64, 48)),
    makers.movie(place=b"+27.5916+086.5640/"),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file with bytes changed, cut out or cut off; most near its beginning."""
    content = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, min(400, len(content) - 1)) | st.integers(0, len(content) - 1))
        content[at] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        del content[draw(st.integers(0, len(content))) :]
    return bytes(content)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow mentions notes it cannot read
@given(damaged())
@settings(
    max_examples=400, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
def test_a_damaged_file_is_taken_or_refused(content: bytes) -> None:
    source = io.BytesIO(content)
    try:
        prepared = prepare(source, rules.sniff(source), now=NOW)
    except (rules.NotAccepted, rules.TooBig):
        assert source.getvalue() == content
        return
    assert rules.place_of(rules.place_text(prepared.place)) is not None or not prepared.place
    assert prepared.clean.read(1)
    prepared.clean.close()


def test_a_photo_that_claims_less_than_it_holds_is_refused() -> None:
    """libheif answers with a RuntimeError, which Pillow's own formats never raise."""
    content = bytearray(makers.EVERY_KIND["image/heic"])
    content[content.index(b"ispe") + 15] = 1  # a height of one line
    source = io.BytesIO(bytes(content))
    with pytest.raises((rules.NotAccepted, rules.TooBig)):
        prepare(source, rules.sniff(source), now=NOW)
