"""The API: what is asked over HTTP, and what every answer to it has in common."""
