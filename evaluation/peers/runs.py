"""Runs peers: each in an environment of its own and a process of its own, whose memory is taken."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from evaluation.peers.contract import THREADS, Result, read_result

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / ".peers"
REQUIREMENTS = Path(__file__).parent
# Seconds after which a peer is stopped.
LIMIT = 2700

# The same threads for all, no accelerator, nothing from the network, the same order of sets in every run.
_VARIABLES = {
    **{
        f"{library}_NUM_THREADS": str(THREADS)
        for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "RAYON", "NUMEXPR")
    },
    "CUDA_VISIBLE_DEVICES": "",
    "HF_HUB_OFFLINE": "1",
    "PYTHONHASHSEED": "0",
    # What it writes last is read last: why it failed.
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """One line of the table.

    Attributes:
        name: as the table has it.
        module: what is run; its requirements are in the file of that name, in this folder.
        arguments: for the module.
        own: whether it runs in an environment of its own, or in that of needtag.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    own: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """What a peer's run gave, and the most memory in bytes that it took."""

    result: Result
    memory: int


class PeerError(Exception):
    """A peer that could not be set up or did not come to its end; says why."""


def run_peer(peer: Peer, task: Path, work: Path) -> Run:
    """Set up a peer's environment if need be and run the peer there.

    Args:
        peer: the peer.
        task: the folder with the task.
        work: an empty folder for the peer.

    Raises:
        PeerError: it could not be set up or did not come to its end.
    """
    python = make_environment(peer.module.rpartition(".")[2]) if peer.own else sys.executable
    command = [python, "-m", peer.module, str(task), str(work), *peer.arguments]
    memory = run_measured(command, work / "log.txt")
    return Run(read_result(work), memory)


def make_environment(name: str) -> str:
    """Make an environment from its list of requirements, unless it is there; gives its interpreter."""
    requirements, folder = REQUIREMENTS / f"{name}.txt", ENVIRONMENTS / name
    python, made = folder / "bin" / "python", folder / "requirements.txt"
    if made.is_file() and made.read_bytes() == requirements.read_bytes():
        return str(python)
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)])
    # The list is complete; what a package asks for beyond it is not needed here.
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--requirement",
        str(requirements),
    ]
    _run(install)
    shutil.copy(requirements, made)
    return str(python)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own command
    if done.returncode:
        raise PeerError(f"not installed: {_last_line(done.stderr)}")


def run_measured(command: list[str], log: Path, variables: Mapping[str, str] = _VARIABLES) -> int:
    """Run a command in the project's folder; gives the most memory that it took, in bytes.

    Raises:
        PeerError: it failed or was stopped; names the last line that it wrote.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=ROOT, env={**os.environ, **variables}, stdout=output, stderr=subprocess.STDOUT
        )
        stop = Timer(LIMIT, process.kill)
        stop.start()
        _, status, usage = os.wait4(process.pid, 0)
        stop.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode == 0:
        return usage.ru_maxrss * 1024
    said = _last_line(log.read_text(encoding="utf-8", errors="replace"))
    raise PeerError(f"ended with {process.returncode}: {said}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
