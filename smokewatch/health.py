"""Answers /healthz, /readyz and /metrics on a small port, for whoever watches the watcher."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

log = structlog.get_logger("smokewatch.health")

Check = Callable[[], str | None]
"""What is wrong in a few words, or None. It must not take longer than a few seconds."""


class Health:
    """The server; port 0 switches it off."""

    def __init__(self, host: str, port: int, *, alive: Check, ready: Check) -> None:
        self._address = (host, port)
        self._checks = {"/healthz": alive, "/readyz": ready}
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> bool:
        """Start it; false, with a warning in the log, when the port is taken: watching mail matters more."""
        if not self._address[1]:
            return False
        checks = self._checks

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                if self.path == "/metrics":
                    self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
                elif self.path in checks:
                    wrong = checks[self.path]()
                    self._answer(503 if wrong else 200, "text/plain; charset=utf-8", f"{wrong or 'ok'}\n".encode())
                else:
                    self._answer(404, "text/plain", b"try /healthz, /readyz or /metrics\n")

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        try:
            self._server = ThreadingHTTPServer(self._address, Handler)
        except OSError as error:
            log.warning("health_port_taken", port=self._address[1], error=error.strerror)
            return False
        threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()
        return True

    def stop(self) -> None:
        """Stop it."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
