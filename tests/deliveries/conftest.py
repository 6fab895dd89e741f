from __future__ import annotations

import pytest

from tests.deliveries import kinds


@pytest.fixture
def receiver() -> kinds.Receiver:
    """Whoever gets the deliveries of the tests, empty."""
    kinds.RECEIVER.__init__()  # type: ignore[misc]  # the kinds hold on to this one
    return kinds.RECEIVER
