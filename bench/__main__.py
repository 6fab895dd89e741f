"""`python -m bench all …`: see bench.run."""

from __future__ import annotations

import sys

from bench import run

if sys.argv[1:2] != ["all"]:
    raise SystemExit("python -m bench all [--size 1m|10m]; or one by one: python -m bench.load …")
run.main(sys.argv[2:])
