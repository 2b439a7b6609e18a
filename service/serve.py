"""`needtag serve`: the web server, the workers that it starts, the housekeeping, and what tells webhooks."""

import fcntl
import gc
import ipaddress
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from nlp.errors import InputError, NeedtagError
from service.api.app import create_app
from service.modelling import adopt_default
from service.review.admin_import import forget_kept
from service.settings import Settings, address_of, environment_of
from service.store.database import Database
from service.store.idempotency import forget_old
from service.store.opening import open_database
from service.store.questionnaires import purge_older
from service.store.users import demo_link
from service.webhooks import Sender

log = logging.getLogger(__name__)

GRACE = 15
"""Seconds that requests and workers have to end when the service is told to stop."""
KEEP_ALIVE = 75
"""Seconds that a connection stays open between two requests."""
RESTART = 2.0
"""Seconds before a worker that died is started anew."""
HOUSEKEEPING = 10
"""Seconds between two looks whether the database has outgrown its plans."""
FORGETTING = 360
"""Of those looks, every how manieth also goes for what is to be forgotten."""


def serve(settings: Settings, *, demo: bool = False) -> None:
    """Serve until told to stop.

    Args:
        settings: of this needtag.
        demo: whether to print a link to sign in with once as a reviewer who tries it out.

    Raises:
        InputError: the address is taken or not this machine's, or a demo is to be reached from elsewhere.
        ConflictError: the demo's account is disabled.
        SchemaError: the database has other tables than this needtag works with.
    """
    listening = _listen(settings)
    host, port = listening.getsockname()[:2]
    if demo and not ipaddress.ip_address(host).is_loopback:
        listening.close()
        raise InputError("--demo", f"is for this machine alone, not for {host}; give --host 127.0.0.1")
    database = open_database(settings)
    adopt_default(database)
    _use_own_temporary_folder(settings)
    app = create_app(settings, database)
    # What is there by now stays: to look through it again and again would hold up whoever asks meanwhile.
    gc.freeze()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        # Longer than clients keep one: else it may be closed while a request is on its way.
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    address = address_of(host, port)
    server = uvicorn.Server(config)

    def end(*_: object) -> None:
        server.should_exit = True

    keep_house = partial(_keep_house, settings, database)
    with _workers(settings), _beside(keep_house), _beside(Sender(database, settings).run):
        # Until uvicorn has its own handlers, and when it raises the signal that ended it once more: there are
        # workers to be ended yet.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        print(f"needtag serves at {address}", flush=True)  # noqa: T201 - what the command says
        if demo:
            print(f"Sign in once, within the hour: {_demo_link(database, address)}", flush=True)  # noqa: T201
        server.run(sockets=[listening])
    database.dispose()


def _demo_link(database: Database, address: str) -> str:
    with database.writing() as session:
        return f"{address}/sign-in/{demo_link(session)}"


def _use_own_temporary_folder(settings: Settings) -> None:
    """Let uploads and workbooks lie in the home, and remove what killed services left of them."""
    folder = settings.home / "temporary"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Held to the end of the process: whoever else serves from this home must not remove what is in use.
    lock = os.open(settings.home / "temporary.lock", os.O_CREAT | os.O_RDWR, 0o600)
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    fcntl.flock(lock, fcntl.LOCK_SH)
    tempfile.tempdir = str(folder)


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        # Whoever reads the address may use it at once, though the server has a moment to go.
        listening.listen(2048)
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        raise InputError(place, f"cannot be listened on ({error.strerror}); give another --port") from error
    return listening


@contextmanager
def _workers(settings: Settings) -> Iterator[None]:
    """Keep the workers running; one that dies is started again."""
    stop = threading.Event()
    keepers = [
        threading.Thread(target=_keep_worker, args=(settings, stop), daemon=True)
        for _ in range(settings.workers)
    ]
    for keeper in keepers:
        keeper.start()
    try:
        yield
    finally:
        stop.set()
        for keeper in keepers:
            keeper.join()


def _keep_worker(settings: Settings, stop: threading.Event) -> None:
    while not stop.is_set():
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "service.cli", "worker", "--until-closed"],
            # It ends when this pipe closes: also when this process is killed.
            stdin=subprocess.PIPE,
            env=os.environ | environment_of(settings),
        )
        assert child.stdin
        while child.poll() is None and not stop.wait(0.2):
            pass
        child.stdin.close()
        if stop.is_set():
            _end(child)
            return
        log.error("a worker ended", extra={"exit": child.returncode})
        stop.wait(RESTART)


def _end(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextmanager
def _beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Do work in a thread until it is told to stop."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_house(settings: Settings, database: Database, stop: threading.Event) -> None:
    for turn in count():
        try:
            if turn % FORGETTING == 0:
                _forget(settings, database)
            database.analyse_if_grown()
        except (NeedtagError, SQLAlchemyError) as error:
            log.warning("cannot keep house now", extra={"fault": type(error).__name__})
        if stop.wait(HOUSEKEEPING):
            return


def _forget(settings: Settings, database: Database) -> None:
    started = time.monotonic()
    purged = 0
    forget_kept(settings)
    with database.writing() as session:
        forget_old(session)
        if settings.retention_days is not None:
            purged = purge_older(session, settings.retention_days, "needtag")
    if purged:
        database.wipe()
        log.info("purged", extra={"questionnaires": purged, "seconds": round(time.monotonic() - started, 1)})
