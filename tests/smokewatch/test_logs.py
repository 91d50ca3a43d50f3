"""Logs are JSON and hold neither content nor secrets."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from smokewatch import logs


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A log file; logging is as before after the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(file=tmp_path / "var" / "log.jsonl")
    yield tmp_path / "var" / "log.jsonl"
    for handler in root.handlers:
        if isinstance(handler, logging.StreamHandler) and getattr(handler.stream, "name", "") == str(
            tmp_path / "var" / "log.jsonl"
        ):
            handler.stream.close()
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_an_event_is_one_line_of_json(file: Path) -> None:
    structlog.get_logger("smokewatch.x").info("batch_done", mails=3)
    line = _lines(file)[0]
    assert (line["event"], line["mails"], line["level"]) == ("batch_done", 3, "info")


def test_content_and_secrets_are_left_out(file: Path) -> None:
    structlog.get_logger("smokewatch.x").warning("odd", subject="Fire!", password="hunter2")
    text = file.read_text(encoding="utf-8")
    assert "Fire!" not in text
    assert "hunter2" not in text


def test_an_exception_is_named_by_type_and_place_only(file: Path) -> None:
    try:
        int("ann@them.example")
    except ValueError:
        structlog.get_logger("smokewatch.x").exception("failed")
    line = _lines(file)[0]
    assert line["error"] == "ValueError"
    assert "ann@them.example" not in json.dumps(line)


def test_a_library_cannot_log_what_it_was_given(file: Path) -> None:
    logging.getLogger("some.library").error("cannot parse %s", "Dear support, ...")
    assert "Dear support" not in file.read_text(encoding="utf-8")


def test_nobody_else_may_read_them_or_look_around_beside_them(file: Path) -> None:
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o066 == 0
