"""What the service refuses on purpose; the API answers with each kind's own status and the same sentence."""

from nlp.errors import NeedtagError


class NotFoundError(NeedtagError):
    """Something that was asked for by its id and is not there, or no longer."""


class ConflictError(NeedtagError):
    """A wish that contradicts what is stored; nothing was changed."""


class ForbiddenError(NeedtagError):
    """A wish that the actor has no right to."""


class UnauthorizedError(NeedtagError):
    """A request without a valid key."""


class UnavailableError(NeedtagError):
    """Something that cannot be done now, and may be done later."""


class SchemaError(NeedtagError):
    """A database whose tables are not those that this needtag works with."""
