"""The child process: bounded, killed and replaced when it hangs, and never able to hand back anything but a mail."""

import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Limits
from ingest import sandbox
from ingest.mail import ParsedMail, Unreadable
from ingest.read import read_mail
from ingest.sandbox import Sandbox, _SafeUnpickler
from tests.ingest.letters import TEXT, letter, multipart

LIMITS = Limits()
ODD = letter("Hello\r\n" * 40_000)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def box() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def read(box: Sandbox, raw: bytes = ODD, limits: Limits = LIMITS) -> bytes:
    return box.ask(("read", []), raw, limits)


def test_the_child_reads_as_we_do() -> None:
    raw = letter("Hello\r\n" + " \r\n" * 1_000)
    here, apart = read_mail(raw, LIMITS), sandbox.read_apart(raw, LIMITS, frozenset())
    assert here == apart


def test_the_child_lives_on_between_mails(box: Sandbox) -> None:
    read(box)
    first = box._child
    read(box)
    assert box._child is first


def test_a_refusal_comes_back_with_its_code_and_sentence(box: Sandbox) -> None:
    with pytest.raises(Unreadable, match="no attachment at position 9") as caught:
        box.ask(("attachment", 9), ODD, LIMITS)
    assert caught.value.code == "no_attachment"


def test_a_mail_that_takes_too_long_is_given_up_and_the_next_is_read(box: Sandbox) -> None:
    read(box)
    with pytest.raises(Unreadable, match=r"limits\.parse_seconds") as caught:
        read(box, multipart("mixed", [(TEXT, "x" * 40)] * 1_900), Limits(parse_seconds=0.001))
    assert caught.value.code == "parse_timeout"
    assert read(box)


def test_a_stopped_child_is_killed_in_time(box: Sandbox) -> None:
    read(box)
    assert box._child
    os.kill(box._child.process.pid, signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(Unreadable) as caught:
        read(box, limits=Limits(parse_seconds=0.5))
    assert caught.value.code == "parse_timeout"
    assert time.monotonic() - started < 5


def test_a_mail_that_needs_too_much_memory_is_given_up(box: Sandbox) -> None:
    with pytest.raises(Unreadable) as caught:
        read(box, letter("x" * 12_000_000), Limits(child_bytes=60_000_000))
    assert caught.value.code in ("parse_memory", "parse_crash")
    assert read(box)


def test_a_child_killed_from_outside_is_replaced_and_the_mail_is_read(box: Sandbox) -> None:
    read(box)
    assert box._child
    box._child.process.kill()
    assert read(box)


def test_threads_share_the_child(box: Sandbox) -> None:
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(read(box))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1


def test_a_forked_process_starts_a_child_of_its_own(box: Sandbox) -> None:
    read(box)
    ours = box._child
    box._owner = -1
    read(box)
    assert box._child is not ours
    assert ours
    ours.close()


@pytest.mark.parametrize("evil", [os.system, subprocess.Popen, eval, Path])
def test_an_answer_can_hold_nothing_but_a_mail(evil: object) -> None:
    with pytest.raises(pickle.UnpicklingError, match="not part of a mail"):
        _SafeUnpickler(io.BytesIO(pickle.dumps(evil))).load()


def test_an_answer_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox._shared, "ask", lambda *_: pickle.dumps({"x": 1}))
    with pytest.raises(Unreadable, match="gave no mail"):
        sandbox.read_apart(ODD, LIMITS, frozenset())


def test_the_child_sees_no_secret_of_the_environment(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    read(box)
    assert box._child
    assert b"secret" not in Path(f"/proc/{box._child.process.pid}/environ").read_bytes()


def in_a_process(code: str, **environment: str) -> str:
    prelude = "from tests.ingest.test_sandbox import *\n"
    done = subprocess.run(
        [sys.executable, "-c", prelude + code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_a_child_that_dies_at_k11_parks_the_mail_and_the_parent_lives() -> None:
    code = "try: read_mail(ODD, LIMITS)\nexcept Unreadable as error: print(error.code)\n"
    code += "print(len(read_mail(letter(), LIMITS).text))"
    assert in_a_process(code, KILL_AT="K11:1").split() == ["parse_crash", "6"]


def test_a_child_that_dies_at_k11_in_a_later_mail_is_replaced_and_every_mail_is_read(killing: int) -> None:
    code = f"for _ in range({killing + 2}): print(len(read_mail(ODD, LIMITS).text) > 0)"
    assert in_a_process(code, KILL_AT=f"K11:{killing + 1}").split() == ["True"] * (killing + 2)


def test_the_child_ends_with_its_parent() -> None:
    pid = int(
        in_a_process("read_mail(ODD, LIMITS)\nprint(sandbox._shared._child.process.pid, flush=True)\nos._exit(0)")
    )
    for _ in range(50):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.1)
    pytest.fail("the child outlived its parent by 5 s")


def test_the_answer_is_a_mail() -> None:
    assert isinstance(read_mail(ODD, LIMITS), ParsedMail)
