"""F10: a full disk under the database stops nothing for good, loses nothing, and is told in a sentence."""

import os
import secrets
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.alerts.sink import Sink
from tests.dovecot.server import Dovecot
from tests.system.conftest import Box
from tests.system.corpus import Corpus
from tests.system.house import ROOT

pytestmark = [pytest.mark.dovecot, pytest.mark.soak]


def _needs_own_disk() -> None:
    """A small disk of one's own needs root and a mount namespace."""
    unshare = shutil.which("unshare")
    mount = ["-m", "/bin/mount", "-t", "tmpfs", "disk", "/mnt"]
    if os.geteuid() or not unshare or subprocess.run([unshare, *mount], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root and `unshare -m`")


def test_a_full_disk_loses_nothing_and_mail_flows_again_when_there_is_room(
    tmp_path: Path, imap: Dovecot, sink: Sink
) -> None:
    _needs_own_disk()
    mails, box = Corpus(50, datetime.now(UTC)).mails, Box(imap, f"s{secrets.token_hex(6)}")
    words = [str(tmp_path / "house"), str(sink.port), str(imap.port), box.user]
    command = ["unshare", "-m", sys.executable, "-W", "ignore", "-m", "tests.system.full_disk", *words]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    ) as run:
        assert run.stdout is not None
        halves = {"first half": mails[: len(mails) // 2], "second half": mails[len(mails) // 2 :]}
        for line in run.stdout:
            box.put(halves[line.strip()])
        errors = run.stderr.read() if run.stderr else ""
    assert run.returncode == 0, errors[-3_000:]
