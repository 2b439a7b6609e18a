"""Records as JSON, written once: to check each against its schema again would cost more than to find it.

That they are as the OpenAPI file says, the contract tests hold.
"""

from typing import Any

import orjson
from fastapi import Response


def reply(content: dict[str, Any]) -> Response:
    """Give a record, or a page of records, as JSON."""
    return Response(orjson.dumps(content), media_type="application/json")
