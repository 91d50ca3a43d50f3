#!/bin/bash
# Pins the newest allowed versions, with hashes, for every Python and platform we support.
set -euo pipefail
export UV_CUSTOM_COMPILE_COMMAND="make lock"
common="--universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url -q --upgrade"
uv pip compile $common pyproject.toml requirements/build.in -o requirements/run.lock
uv pip compile $common pyproject.toml requirements/build.in --group dev -c requirements/run.lock -o requirements/dev.lock
