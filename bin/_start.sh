#!/bin/sh
# Finds Python 3.11 or newer and hands over to bin/_ops, which needs nothing but its standard library.
set -eu
root=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
for python in "${LINLI_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
    [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 || continue
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" "$root/bin/_ops" "$@"
    fi
done
found=$(python3 --version 2>&1 || true)
echo "Linli needs Python 3.11 or newer, and found: ${found:-none}." >&2
echo "Install one (Debian 12, Ubuntu 24.04 and later: apt-get install python3 python3-venv)," >&2
echo "or name one: LINLI_PYTHON=/path/to/python3.12 bin/run" >&2
exit 1
