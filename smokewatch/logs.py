"""Writes structured logs: event names, ids and counts, never what stands in a mail, never a secret."""

import logging
import sys
import traceback
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

FORBIDDEN = frozenset({"body", "text", "subject", "raw", "html", "quote", "password", "token", "secret", "url"})
"""Keys that could carry content or secrets; a value under one is replaced, whoever logged it."""
LARGEST_FILE = 20_000_000


def configure(level: str = "INFO", file: Path | None = None) -> None:
    """Send all logs, ours and the libraries', as one JSON object per line to `file` or standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_content,
        _exception_places,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_stream(file))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _foreign],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel("WARNING")
    logging.getLogger("smokewatch").setLevel(level)


def _stream(file: Path | None) -> TextIO:
    if file is None:
        return sys.stderr
    # The first to make the folder: others may pass through, as in `LocalEngines`, but not look around.
    file.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > LARGEST_FILE:
        file.replace(file.with_suffix(".old.jsonl"))
    file.touch(mode=0o600)
    return file.open("a", encoding="utf-8", buffering=1)


def _without_content(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: "(not logged)" if key.lower() in FORBIDDEN else value for key, value in event.items()}


def _exception_places(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Type and places of an exception without its message: a database error quotes the row it refused."""
    info = event.pop("exc_info", None)
    if not info:
        return event
    error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else sys.exc_info()[1]
    if error is not None:
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)
        event["at"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[-8:]]
    return event


def _foreign(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A library's message is free text and may quote anything; only where it came from is kept."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and not record.name.startswith("smokewatch"):
        event["event"] = f"{record.name}: {str(record.msg)[:120]}"
        event.pop("positional_args", None)
    return event
