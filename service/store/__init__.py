"""Where a running needtag keeps questionnaires, suggestions and decisions."""
