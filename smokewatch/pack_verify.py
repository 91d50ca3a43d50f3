"""Checks an evidence pack without Smokewatch: every file against the manifest, every audit row against its chain.

Run it in the folder the pack was unpacked into: python3 verify.py
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

_FIELDS = ("stream", "seq", "at", "actor", "channel", "action", "from_value", "to_value", "reason", "detail")


def problems(folder: Path) -> Iterator[str]:
    """A sentence for everything that does not fit."""
    yield from _wrong_files(folder)
    for chain in sorted((folder / "audit").glob("ESC-*.json")):
        yield from _breaks(chain.name, json.loads(chain.read_text(encoding="utf-8")))


def _wrong_files(folder: Path) -> Iterator[str]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        path = folder / entry["path"]
        if not path.is_file():
            yield f"{entry['path']} is missing."
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            yield f"{entry['path']} was changed after the pack was made."
    listed = {entry["path"] for entry in manifest["files"]} | {"manifest.json"}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    yield from (f"{name} is not part of the pack." for name in sorted(there - listed))


def _breaks(name: str, rows: list[dict[str, str]]) -> Iterator[str]:
    before = b""
    for number, row in enumerate(rows, start=1):
        if row["seq"] != str(number):
            yield f"{name}: a row before row {row['seq']} is missing."
            return
        # Each field with its length in front, as the database writes it: no two different rows give one text.
        text = "|".join(_part(row[field]) for field in _FIELDS)
        made = hashlib.sha256(before + text.encode()).digest()
        if row["prev"] != before.hex() or row["hash"] != made.hex():
            yield f"{name}: row {number} does not fit its hash."
            return
        before = made


def _part(value: str | None) -> str:
    return "-:" if value is None else f"{len(value)}:{value}"


if __name__ == "__main__":
    found = list(problems(Path(__file__).resolve().parent))
    print("\n".join(found) or "Every file is as it was packed, and the audit chain holds.")  # noqa: T201
    sys.exit(1 if found else 0)
