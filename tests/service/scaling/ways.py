"""Ways by TCP to a PostgreSQL server that is reached by a Unix socket alone, which can be cut and mended."""

import ipaddress
import random
import shutil
import socket
import subprocess
import threading
import uuid
from contextlib import contextmanager, suppress


class Way:
    """Passes on what comes to a port of this machine.

    Args:
        target: the Unix socket that it leads to.
        host: where it begins.
    """

    within = ()
    """What stands before the command of a process that takes this way."""

    def __init__(self, target, host="127.0.0.1"):
        self.host = host
        self._target = str(target)
        self._connections = []
        self._passing = threading.Event()
        self._passing.set()
        self._listening = socket.create_server((host, 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, name):
        return f"postgresql://needtag@{self.host}:{self._listening.getsockname()[1]}/{name}"

    def cut(self):
        raise NotImplementedError

    def mend(self):
        raise NotImplementedError

    def close(self):
        # Closing it would leave the thread waiting.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._passing.set()
        self._end_connections()
        while self._threads:
            self._threads.pop(0).join()

    def _accept(self):
        with self._listening, suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self._threads.append(threading.Thread(target=self._serve, args=[near]))
                self._threads[-1].start()

    def _serve(self, near):
        self._passing.wait()
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(self._target)
            self._connections += [near, far]
            back = threading.Thread(target=self._pass_on, args=[far, near])
            back.start()
            self._pass_on(near, far)
            back.join()

    def _pass_on(self, source, target):
        with suppress(OSError):
            while data := source.recv(65_536):
                self._passing.wait()
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _end_connections(self):
        while self._connections:
            with suppress(OSError):
                self._connections.pop().shutdown(socket.SHUT_RDWR)


class Silent(Way):
    """Cut, it takes what comes and passes nothing on; mended, it passes on all that has come meanwhile."""

    def cut(self):
        self._passing.clear()

    def mend(self):
        self._passing.set()


class Broken(Silent):
    """Cut, it ends all connections as well, and whoever tries again waits."""

    def cut(self):
        super().cut()
        self._end_connections()


class Unplugged(Way):
    """Leads out of a network of its own by a cable; cut, the cable is pulled, and neither end is told."""

    def __init__(self, target, name, host):
        super().__init__(target, host)
        self.within = ("ip", "netns", "exec", name)
        self._cable = f"{name}a"

    def cut(self):
        ip("link", "set", self._cable, "down")

    def mend(self):
        ip("link", "set", self._cable, "up")


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def may_make_networks():
    """Whether this user may, on this machine; in most containers nobody may."""
    if shutil.which("ip") is None:
        return False
    name = f"nt{uuid.uuid4().hex[:8]}"
    made = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode == 0
    if made:
        ip("netns", "del", name)
    return made


@contextmanager
def network():
    """Make a network with a cable to this one; gives its name, and the address of this end."""
    name = f"nt{uuid.uuid4().hex[:8]}"
    # Of the addresses for measuring networks (RFC 2544), which nobody else uses.
    first = int(ipaddress.ip_address("198.18.0.0")) + 4 * random.randrange(2**15)
    here, there = (str(ipaddress.ip_address(first + place)) for place in (1, 2))
    ip("netns", "add", name)
    try:
        ip("link", "add", f"{name}a", "type", "veth", "peer", "name", f"{name}b", "netns", name)
        ip("address", "add", f"{here}/30", "dev", f"{name}a")
        ip("link", "set", f"{name}a", "up")
        ip("-n", name, "address", "add", f"{there}/30", "dev", f"{name}b")
        ip("-n", name, "link", "set", f"{name}b", "up")
        yield name, here
    finally:
        ip("netns", "del", name)
