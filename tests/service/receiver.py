"""A receiver of webhooks that behaves as its path says, on an address of this machine."""

import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

LATE = 0.3
"""Seconds that a late answer takes."""


class Receiver(ThreadingHTTPServer):
    """Keeps what it got: `got[path]` are headers and bodies in the order in which they came.

    /well takes everything; /broken fails twice, /closing hangs up twice; /hanging never answers, /dripping
    never ends its headers; /late answers late, /moved redirects to `elsewhere`, /flood sends an endless body.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 100

    def __init__(self, address, port=0, context=None):
        super().__init__((address, port), Handler)
        self.got = defaultdict(list)
        self.elsewhere = ""
        self.closed = threading.Event()
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def port(self):
        return self.server_address[1]

    def url(self, path, name=None):
        return f"http://{name or self.server_address[0]}:{self.port}{path}"

    def ids(self, path):
        return [each.headers["webhook-id"] for each in self.got[path]]

    def handle_error(self, request, client_address):
        """A client that hangs up, or does not trust the certificate, is no fault."""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        before = len(self.server.got[self.path])
        self.server.got[self.path].append(SimpleNamespace(headers=dict(self.headers.items()), body=body))
        act = getattr(self, self.path[1:].partition("?")[0])
        act(before)

    def log_message(self, *_):
        pass

    def answer(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def well(self, _):
        self.answer(204)

    def broken(self, before):
        self.answer(500 if before < 2 else 200)

    def closing(self, before):
        if before < 2:
            self.close_connection = True
        else:
            self.answer(200)

    def hanging(self, _):
        self.server.closed.wait()

    def dripping(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not self.server.closed.wait(0.05):
            self.wfile.write(b"x")

    def late(self, _):
        time.sleep(LATE)
        self.answer(200)

    def moved(self, _):
        self.answer(307, Location=self.server.elsewhere)

    def flood(self, _):
        self.send_response(200)
        self.end_headers()
        while not self.server.closed.is_set():
            self.wfile.write(b"x" * 65536)


@contextmanager
def receiving(address="127.0.0.1", port=0, context=None):
    """Run a receiver until the end of the block."""
    with Receiver(address, port, context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.closed.set()
            server.shutdown()
            thread.join()
