"""How far the tags can be trusted: metrics, comparisons, reports."""
