"""What is declared, pinned and packaged fits together."""

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def _names(requirements: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", each) for each in requirements)
    return {match[0].lower().replace("_", "-").replace(".", "-") for match in found if match}


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock"])
def test_every_dependency_is_pinned_with_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    pinned = _names(re.findall(r"(?m)^[A-Za-z0-9._-]+==.*", text))
    assert _names(PROJECT["project"]["dependencies"]) <= pinned
    assert text.count("--hash=sha256:") >= len(pinned)


def test_the_developers_tools_are_pinned() -> None:
    text = (ROOT / "requirements" / "dev.lock").read_text(encoding="utf-8")
    assert _names(PROJECT["dependency-groups"]["dev"]) <= _names(re.findall(r"(?m)^[A-Za-z0-9._-]+==.*", text))


def test_every_package_folder_is_listed() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench"}
    assert found == set(PACKAGES)


def test_no_other_distribution_owns_our_names() -> None:
    owners = packages_distributions()
    assert {name: owners[name] for name in PACKAGES if set(owners.get(name, [])) - {"smokewatch"}} == {}


def test_the_locks_name_no_index() -> None:
    for lock in ("run.lock", "dev.lock"):
        assert "://" not in (ROOT / "requirements" / lock).read_text(encoding="utf-8")
