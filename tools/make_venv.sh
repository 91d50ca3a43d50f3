#!/bin/bash
# Makes .venv with the newest Python this project is tested with, and says what is missing when that fails.
set -euo pipefail

pick() {
    local name
    for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
        if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Smokewatch needs Python 3.11 or newer, and there is none on this machine: apt install python3" >&2
    exit 1
}

python=$(pick)
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    # Debian and Ubuntu ship Python without what makes environments.
    package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $package ..."
        DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y "$package" >/dev/null
    else
        echo "Python's venv module is missing. Install it and run make again: sudo apt install $package" >&2
        exit 1
    fi
fi
rm -rf .venv
"$python" -m venv .venv
touch .venv/.made
