"""Commands that run the program: up, demo, worker, poll, web."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

from config.load import load_settings
from smokewatch import logs, showing
from smokewatch.bootstrap import build
from smokewatch.cli.output import Exit, console, refuse
from smokewatch.cli.session import choices, settings_of
from smokewatch.engines.local import LocalEngines, is_sample
from smokewatch.quiet import wait_until_quiet
from smokewatch.sample.install import install
from smokewatch.service import Roles, Service

LOG_NAME = "smokewatch.jsonl"
QUIET_SECONDS = 120
"""How long the first pass over the sample mailbox may take before we say what is slow."""
Threads = Annotated[int, typer.Option(help="Batches processed at the same time.", min=1, max=64)]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for function in (up, demo, worker, poll, web):
        app.command()(function)


def up(ctx: typer.Context) -> None:
    """Start everything on this machine and watch until Ctrl-C."""
    _run(ctx, once=False)


def demo(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="End after the first pass.")] = False,
) -> None:
    """Do the same with the sample mailbox.

    It does so whatever mailbox is configured.
    """
    _run(ctx, once=once, sample_only=True)


def worker(
    ctx: typer.Context,
    threads: Threads = 2,
    processes: Annotated[int, typer.Option(help="Worker processes to keep running.", min=1, max=64)] = 1,
) -> None:
    """Process kept mails, send notices, find what is due. Run as many as you like, on many hosts."""
    if processes > 1:
        raise typer.Exit(_supervise(ctx, processes, threads))
    _serve(ctx, Roles(work=True, threads=threads))


def poll(ctx: typer.Context) -> None:
    """Watch the mailboxes and keep every mail. A second one takes over when the first one dies."""
    _serve(ctx, Roles(poll=True))


def web() -> None:
    """Show pages and the HTTP API: not in this release."""
    refuse("There are no web pages in this release: use the command line, or commands by mail.")


def _run(ctx: typer.Context, *, once: bool, sample_only: bool = False) -> None:
    settings = settings_of(ctx)
    if sample_only:
        settings = settings.model_copy(update={"mailboxes": ()})
    logs.configure(file=settings.var / LOG_NAME)
    out = console()
    with _stoppable() as stopping, LocalEngines(settings, queue=True, mail=True, watch=True) as engines:
        with out.status("Starting PostgreSQL, Redis and the mail servers ..."):
            app = build(engines.settings, queue=True)
            first = is_sample(settings) and engines.imap is not None and install(app, engines.imap)
        service = Service(app, Roles(poll=True, work=True))
        scene = showing.Scene(app, out, engines.outbox, first=first)
        try:
            service.start()
            with out.status("Reading the mailbox ..."):
                wait_until_quiet(app, scene.began, stopping, QUIET_SECONDS)
                service.settle()
                wait_until_quiet(app, scene.began, stopping, QUIET_SECONDS)
            scene.opening(settings)
            if not once:
                scene.watch(stopping)
        finally:
            with out.status("Stopping ..."):
                service.stop()
                app.close()
    if not once:
        out.print("Stopped. The next start goes on from here.")


def _serve(ctx: typer.Context, roles: Roles) -> None:
    settings = settings_of(ctx)
    logs.configure()
    if roles.poll and is_sample(settings):
        refuse("No mailbox is configured: run `smokewatch init`, or `smokewatch up` for the sample.", Exit.SETTINGS)
    with _stoppable() as stopping, LocalEngines(settings, queue=True) as engines:
        app = build(engines.settings, queue=True)
        service = Service(app, roles)
        try:
            service.start()
            stopping.wait()
        finally:
            service.stop()
            app.close()


def _supervise(ctx: typer.Context, processes: int, threads: int) -> int:
    """Keep so many workers running; one that dies is started again after a second."""
    load_settings(choices(ctx).config)
    config = choices(ctx).config
    words = [sys.executable, "-m", "smokewatch", *(["--config", str(config)] if config else [])]
    words += ["worker", "--threads", str(threads)]
    with _stoppable() as stopping:
        children = [subprocess.Popen(words) for _ in range(processes)]
        while not stopping.wait(1.0):
            for place, child in enumerate(children):
                if child.poll() == Exit.SETTINGS:
                    stopping.set()
                elif child.poll() is not None:
                    children[place] = subprocess.Popen(words)
        for child in children:
            child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 60
        for child in children:
            child.wait(max(0.1, deadline - time.monotonic()))
    return Exit.OK


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; a second Ctrl-C ends at once."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    before = {kind: signal.signal(kind, stop) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
