"""Tags answers of files by Ray Data, on all cores of this machine or of a cluster, in the order of the files.

One task reads; actors, each with a model of its own, tag what it read; this process gets the records in order
and writes them. Each waits where the next is behind, so that memory is bounded however long the files are.
"""

import logging
import os
import pickle
import secrets
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.answers import Language
from nlp.errors import InputError, MissingExtraError, ModelError, NeedtagError
from nlp.models import ModelId, load_model
from nlp.tagging import BATCH, Tagger
from service.records import Record
from service.run import Item, tag_items

if TYPE_CHECKING:
    from ray.data import Datasource

STORE = 256 * 2**20
"""Bytes that batches on their way between processes may take on this machine; more would go to the disk."""

# Ray neither reports how it is used nor says what it does; what fails is raised.
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}

Reading = Callable[[], Iterable[Item]]


class RayEngine:
    """Tags by Ray as `tag_items` does in this process: the same records, in the same order.

    Args:
        model: as for `load_model`; a folder must lie at the same place on each machine of a cluster.
        trust: likewise.
        tagger: what tags here, which the others must be like.
        lang: of names of States.
        address: of a cluster that this machine belongs to, HOST:PORT or "auto"; without it, this machine's
            cores are used.

    Raises:
        MissingExtraError: Ray is not installed.
    """

    def __init__(
        self, model: str, *, trust: bool, tagger: Tagger, lang: Language, address: str | None
    ) -> None:
        os.environ |= QUIET
        if address is None:
            # Ray listens on every address of the machine, and runs what it is sent: by those who have this.
            os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
        if address is None or "RAY_AUTH_TOKEN" in os.environ:
            os.environ["RAY_AUTH_MODE"] = "token"
        try:
            import ray.data  # noqa: F401
        except ImportError as error:
            raise MissingExtraError("ray", extra="ray") from error
        self.address = address
        self.tagging = {
            "model": model,
            "trust": trust,
            "expected": tagger.model.id,
            "evidence": tagger.evidence,
            "lang": lang,
        }

    def tag_after(self, done: int, read: Reading) -> Iterator[Record]:
        """Give the records of all that is read but the first `done` items.

        Raises:
            InputError: no cluster answers at the address.
            ModelError: a machine of the cluster has another model, or none.
        """
        from ray.data import ActorPoolStrategy, read_datasource

        with _ray(self.address) as cores, warnings.catch_warnings():
            # Where there are fewer batches than cores, some idle: nothing that the user should mend.
            warnings.filterwarnings("ignore", "The minimum number of concurrent actors", UserWarning)
            batches = read_datasource(_source(read, done), num_cpus=0, override_num_blocks=1)
            tagged = batches.map_batches(
                _Tagging,
                fn_constructor_kwargs=self.tagging,
                batch_size=1,
                compute=ActorPoolStrategy(size=cores),
                num_cpus=1,
            )
            for row in tagged.iter_rows():
                found = pickle.loads(row["records"])  # noqa: S301 - our own actors made it
                if isinstance(found, NeedtagError):
                    raise found
                yield from found


class _Tagging:
    """Tags batches with a model that is loaded once; lives in a process of its own."""

    def __init__(self, model: str, *, trust: bool, expected: ModelId, evidence: bool, lang: Language) -> None:
        self.lang = lang
        self.fault: NeedtagError | None = None
        try:
            self.tagger = Tagger(load_model(model, trust=trust), evidence=evidence)
            _check_same(self.tagger.model.id, expected)
        except NeedtagError as error:
            # Raised here, Ray would start the actor again and again.
            self.fault = error

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Tag the one batch in a batch of Ray's."""
        items = pickle.loads(batch["items"][0])  # noqa: S301 - our own task made it
        records = self.fault or list(tag_items(items, self.tagger, self.lang))
        return {"records": [pickle.dumps(records)]}


def _check_same(here: ModelId, expected: ModelId) -> None:
    if here != expected:
        problem = f"is another one on {os.uname().nodename}, {here.version}; install the same on each machine"
        raise ModelError(f"{expected.name} {expected.version}", problem)


def _source(read: Reading, done: int) -> "Datasource":
    """What Ray reads from: batches of items, by one task on this machine, where the files are."""
    import pyarrow as pa
    from ray.data import Datasource
    from ray.data.block import BlockMetadata
    from ray.data.datasource import ReadTask

    folder = Path.cwd()

    def read_batches() -> Iterator[pa.Table]:
        # Paths are as they were given: they stand in errors.
        os.chdir(folder)
        remaining = islice(read(), done, None)
        while batch := list(islice(remaining, BATCH)):
            yield pa.table({"items": [pickle.dumps(batch)]})

    class Source(Datasource):
        supports_distributed_reads = False

        def estimate_inmemory_data_size(self) -> None:
            return None

        def get_read_tasks(self, *_: Any, **__: Any) -> list[ReadTask]:
            unknown = BlockMetadata(num_rows=None, size_bytes=None, exec_stats=None, input_files=None)
            return [ReadTask(read_batches, unknown)]

    # Ray's own constructor has no types.
    make: Callable[[], Datasource] = Source
    return make()


@contextmanager
def _ray(address: str | None) -> Iterator[int]:
    """Connect to the cluster, or start one of this machine; gives how many cores it has."""
    import ray
    from ray.data import DataContext

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="needtag-ray-", ignore_cleanup_errors=True) as folder:
        own: dict[str, Any] = {
            "num_cpus": cores,
            "object_store_memory": STORE,
            "include_dashboard": False,
            "_temp_dir": folder,
        }
        try:
            with _silenced():
                ray.init(address or "local", **quiet, **({} if address else own))
        except (ConnectionError, ValueError, ray.exceptions.RayError) as error:
            if address is None:
                raise
            problem = "no cluster of Ray lets us in there; see 'ray status', and set RAY_AUTH_TOKEN"
            raise InputError(f"--address {address}", problem) from error
        try:
            logging.getLogger("ray.data").setLevel(logging.ERROR)
            context = DataContext.get_current()
            context.enable_progress_bars = False
            context.execution_options.preserve_order = True
            # Each batch goes its own way: they would be gathered until they have this many bytes.
            context.target_min_block_size = context.target_max_block_size = 1
            yield int(ray.cluster_resources()["CPU"])
        finally:
            ray.shutdown()


@contextmanager
def _silenced() -> Iterator[None]:
    """Let nothing through to standard error: Ray's part in C++ says there how little it will say."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
