"""Python's collector of garbage, kept waiting while much is made that all stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """Let no garbage in cycles be collected meanwhile.

    The collector would look again and again through the hundreds of thousands of tags of an overview, none of
    which it can free, and take as long as all the rest.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
