"""How a receiver verifies a webhook: the sample of docs/howto/receive-webhooks.md, run by tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

HOWTO = Path(__file__).resolve().parents[2] / "docs/howto/receive-webhooks.md"


def sample() -> Any:
    """The function `verified` as the how-to prints it."""
    code = re.search(r"```python\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    space: dict[str, Any] = {}
    exec(code.group(1), space)  # noqa: S102  our own text
    return space["verified"]
