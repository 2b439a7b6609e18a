"""Every error that needtag raises on purpose: a kind, what it concerns, and one sentence on what to do.

The command line prints the sentence; the API answers with it. Anything else that is raised is a fault.
"""


class NeedtagError(Exception):
    """Base of all errors that somebody outside the code can act on.

    Args:
        concerns: the file, row, field, code or model that the error is about.
        problem: what is wrong and what to do, one sentence without a final full stop.
    """

    def __init__(self, concerns: str, problem: str) -> None:
        super().__init__(concerns, problem)
        self.concerns = concerns
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.concerns}: {self.problem}"


class InputError(NeedtagError):
    """A file, a row or a field that cannot be read as an answer; the rest of the input goes on.

    Args:
        concerns: the file, row or field.
        problem: what is wrong and what to do.
        id: of the answer that is lost by it, where it is one answer and its id is known.
    """

    def __init__(self, concerns: str, problem: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(concerns, problem)
        self.id = id


class MissingExtraError(NeedtagError):
    """A library that only an extra brings, such as those that training needs, and that is not installed."""

    def __init__(self, library: str, *, extra: str = "train") -> None:
        problem = f"is not installed; it comes with the extra '{extra}': pip install '.[{extra}]'"
        super().__init__(library, problem)


class UnknownCodeError(NeedtagError):
    """A code that the taxonomy or the list of States does not hold."""


class RetiredCodeError(NeedtagError):
    """A code that the taxonomy no longer uses; old data may still hold it."""


class ModelError(NeedtagError):
    """A model that is missing, damaged, made for something else, or not trusted."""
