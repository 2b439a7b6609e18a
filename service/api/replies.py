"""Records as JSON, written once: to check each against its schema again would cost more than to find it.

That they are as the OpenAPI file says, the contract tests hold.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from service.records import to_line


def reply(content: Mapping[str, Any]) -> Response:
    """Give a record, or a page of records, as JSON."""
    return Response(to_line(dict(content)), media_type="application/json")
