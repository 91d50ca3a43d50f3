"""A private Dovecot on loopback, and a token endpoint that it believes."""

import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from imapclient import IMAPClient

DOVECOT = shutil.which("dovecot", path=os.defpath + ":/usr/sbin:/usr/local/sbin")

_CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
ssl = {ssl}
{certificate}
protocols = imap
listen = 127.0.0.1
auth_mechanisms = plain login xoauth2
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{home}/mail/%u
mail_max_userip_connections = 200
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
passdb {{
  driver = static
  mechanisms = plain login
  args = password=secret
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {home}/oauth.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

_OAUTH = """
introspection_url = http://127.0.0.1:{port}/introspect?token=
introspection_mode = get
username_attribute = email
active_attribute = active
active_value = yes
"""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@dataclass
class TokenEndpoint:
    """A token endpoint and the introspection that the mail server asks; `live` maps access tokens to users."""

    port: int = field(default_factory=free_port)
    live: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    refuse: tuple[int, dict[str, str]] | None = None

    def issue(self, form: dict[str, list[str]]) -> tuple[int, dict[str, object]]:
        """Answer a token request: a new token for the user in client_id."""
        self.asked.append(form)
        if self.refuse:
            return self.refuse[0], dict(self.refuse[1])
        token = secrets.token_urlsafe(12)
        self.live[token] = form.get("client_id", ["bob"])[0]
        return 200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}

    def introspect(self, query: str) -> tuple[int, dict[str, object]]:
        """Say whose token it is (RFC 7662)."""
        user = self.live.get(parse_qs(query).get("token", [""])[0])
        return (200, {"active": "yes", "email": user}) if user else (200, {"active": "no"})

    def serve(self) -> ThreadingHTTPServer:
        """Listen in a thread."""
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Issue."""
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(*endpoint.issue(parse_qs(body)))

            def do_GET(self) -> None:
                """Introspect."""
                self._answer(*endpoint.introspect(urlsplit(self.path).query))

            def _answer(self, status: int, value: dict[str, object]) -> None:
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


@dataclass
class Dovecot:
    """The running server: every user exists, with the password `secret`."""

    home: Path
    port: int
    tls_port: int
    ca_file: Path
    uid: int
    gid: int

    def client(self, user: str) -> IMAPClient:
        """A logged-in client, to do what people and other programs do in the mailbox."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20)
        client.login(user, "secret")
        return client

    def put(self, user: str, mails: Sequence[bytes], folder: str = "INBOX", *, at: Sequence[datetime] = ()) -> None:
        """Write mails straight into the Maildir, as a delivery agent does, now or as if `at` those times."""
        inbox = self.home / "mail" / user
        where = inbox if folder == "INBOX" else inbox / f".{folder}"
        if not (where / "new").is_dir():
            with self.client(user) as client:
                client.select_folder("INBOX")
        for number, mail in enumerate(mails):
            name = f"{time.time_ns()}.{number}.{secrets.token_hex(6)}"
            (where / "tmp" / name).write_bytes(mail)
            os.chown(where / "tmp" / name, self.uid, self.gid)
            if at:
                os.utime(where / "tmp" / name, (at[number].timestamp(), at[number].timestamp()))
            (where / "tmp" / name).rename(where / "new" / name)


@contextmanager
def running(oauth_port: int) -> Iterator[Dovecot]:
    """A Dovecot that runs while the block does; skips where it is not installed or will not start."""
    if not DOVECOT:
        pytest.skip("Dovecot is not installed (Debian: apt-get install dovecot-imapd)")
    home = Path(tempfile.mkdtemp(prefix="dovecot-"))
    home.chmod(0o755)
    server = _prepare(home, oauth_port)
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(home / "dovecot.conf")], stderr=subprocess.PIPE)
    try:
        _await_greeting(server, process)
        yield server
    finally:
        process.terminate()
        process.communicate(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


def _prepare(home: Path, oauth_port: int) -> Dovecot:
    root = os.geteuid() == 0
    me = pwd.getpwuid(os.geteuid())
    owner = pwd.getpwnam("nobody") if root else me
    for folder in ("run", "state", "mail", "home"):
        (home / folder).mkdir()
        os.chown(home / folder, owner.pw_uid if folder in ("mail", "home") else me.pw_uid, -1)
    (home / "run").chmod(0o755)
    certificate = _certificate(home)
    server = Dovecot(home, free_port(), free_port(), home / "cert.pem", owner.pw_uid, owner.pw_gid)
    config = _CONFIG.format(
        home=home,
        ssl="yes" if certificate else "no",
        certificate=f"ssl_cert = <{home}/cert.pem\nssl_key = <{home}/key.pem" if certificate else "",
        internal="dovecot" if root else me.pw_name,
        login="dovenull" if root else me.pw_name,
        group="dovecot" if root else "",
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        port=server.port,
        tls_port=server.tls_port if certificate else 0,
    )
    (home / "dovecot.conf").write_text(config)
    (home / "oauth.conf").write_text(_OAUTH.format(port=oauth_port))
    return server


def _certificate(home: Path) -> bool:
    from cryptography import x509  # noqa: PLC0415 - slow to import, needed here only
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (home / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (home / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return True


def _await_greeting(server: Dovecot, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", server.port), 1):
                return
        except OSError:
            time.sleep(0.1)
    log = server.home / "log"
    pytest.skip(f"Dovecot did not start here: {log.read_text()[-300:] if log.exists() else process.poll()}")
