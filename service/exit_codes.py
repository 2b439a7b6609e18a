"""What the needtag command ends with."""

FAULT = 1
# The rest of the input was still worked on when some of it was bad.
BAD_INPUT = 2
