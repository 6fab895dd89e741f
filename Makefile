# The same checks as bin/test, in the environment that bin/setup made; no database is started.
.PHONY: check
check:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	npm run --silent check
