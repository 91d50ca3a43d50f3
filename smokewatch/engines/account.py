"""Decides as which system account an engine runs: PostgreSQL refuses to run as root."""

import os
import pwd
import secrets
import shutil
import stat
import subprocess
from functools import cache
from pathlib import Path

from smokewatch.engines.errors import EngineError

NAME = "smokewatch"
_CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}
"""Linux capabilities by bit: either lets the account pass folders that only root may enter."""


@cache
def account() -> pwd.struct_passwd | None:
    """The account to run as, made when missing; None for whoever we are already (not root).

    Raises:
        EngineError: root without any account to step down to.

    """
    if os.geteuid() != 0:
        return None
    for name in (NAME, "nobody"):
        if name == NAME:
            _make(name)
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EngineError(
        f"PostgreSQL does not run as root and there is no account '{NAME}' to run it as: "
        f"make one (useradd --system {NAME}), or start Smokewatch as an ordinary user."
    )


def _make(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        if shutil.which("useradd"):
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
            subprocess.run(command, check=False, capture_output=True)


def own(path: Path) -> None:
    """Give a file or folder to the engine's account."""
    if (found := account()) is not None:
        os.chown(path, found.pw_uid, found.pw_gid)


def private_folder(path: Path) -> None:
    """Make a folder that only the engine's account may enter, or see that it is one.

    In the temporary folder anybody could have made it first, and would then hold the door to the engine.

    Raises:
        EngineError: it belongs to somebody else, or others may enter it.

    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    ours = {os.geteuid(), *((engine.pw_uid,) if (engine := account()) is not None else ())}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours or found.st_mode & 0o077:
        raise EngineError(
            f"{path} is not a folder of ours alone, so others could reach the engine through it: remove it and start "
            "again (if you did not make it, ask who did)."
        )


def private_file(path: Path) -> None:
    """Make a file that others cannot read, unless it is there: logs of an engine may quote what it stores."""
    path.touch(mode=0o600)
    path.chmod(0o600)


def kept_password(path: Path) -> str:
    """A random password, made on first use and kept where only the owner may read it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(18), encoding="ascii")
    return path.read_text(encoding="ascii")


def stepping_down(*needed: Path) -> list[str]:
    """The words to put before a command so that it runs as the engine's account and can reach `needed`.

    A checkout below /root cannot be entered by anybody else. Opening it for all users would weaken the machine,
    so the process gets the one right to pass by, when root itself has that right to give.
    """
    found = account()
    if found is None:
        return []
    words = ["setpriv", f"--reuid={found.pw_uid}", f"--regid={found.pw_gid}", "--clear-groups"]
    if all(_open_to_all(path) for path in needed):
        return [*words, "--inh-caps=-all"]
    have = _effective_capabilities()
    for name, bit in _CAPABILITIES.items():
        if have >> bit & 1:
            return [*words, f"--inh-caps=-all,+{name}", f"--ambient-caps=-all,+{name}"]
    closed = next(path for path in needed if not _open_to_all(path))
    raise EngineError(
        f"PostgreSQL must run as the account '{found.pw_name}', which may not enter {closed}: "
        "put the checkout where other accounts may read it (/opt/smokewatch), or start as an ordinary user."
    )


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def _effective_capabilities() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0
