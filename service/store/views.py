"""The views on decisions, as tables to select from; the first migration says what they hold.

They are the one place that knows which decisions stand, which answers are reviewed and with what tags.
"""

from sqlalchemy import BigInteger, Text, column, table

from service.store.tables import UTC

FIRST, SECOND = 1, 2
"""What a `reading` is: the one that counts, and a second, blind one."""

standing_decisions = table(
    "standing_decisions",
    column("id", BigInteger),
    column("answer_id", BigInteger),
    column("reading", BigInteger),
    column("number", BigInteger),
    column("act", Text),
    column("person", Text),
)
"""Decisions that nobody took back, without the undos."""

done_readings = table(
    "done_readings",
    column("answer_id", BigInteger),
    column("reading", BigInteger),
    column("decision_id", BigInteger),
    column("tagging_id", BigInteger),
    column("person", Text),
    column("at", UTC()),
)
"""The readings of answers that are done, the first and the second."""

standing_tags = table(
    "standing_tags",
    column("answer_id", BigInteger),
    column("reading", BigInteger),
    column("kind", Text),
    column("code", Text),
    column("stance", Text),
    column("decision_id", BigInteger),
)
"""The tags accepted or added on an answer so far, whether it is done or not."""

reviewed_answers = table(
    "reviewed_answers",
    column("answer_id", BigInteger),
    column("decision_id", BigInteger),
    column("tagging_id", BigInteger),
    column("person", Text),
    column("at", UTC()),
)
"""The answers whose first reading is done."""

read_tags = table(
    "read_tags",
    column("answer_id", BigInteger),
    column("reading", BigInteger),
    column("kind", Text),
    column("code", Text),
    column("stance", Text),
)
"""The tags of readings that are done, of whatever questionnaire; a sub-type's type is among them."""

read_states = table(
    "read_states", column("answer_id", BigInteger), column("reading", BigInteger), column("state", Text)
)
"""The States named, as readings that are done left them, of whatever questionnaire."""

reviewed_tags = table(
    "reviewed_tags",
    column("answer_id", BigInteger),
    column("kind", Text),
    column("code", Text),
    column("stance", Text),
)
"""The reviewed tags, of questionnaires that no other replaces; a sub-type's type is among them."""

reviewed_states = table("reviewed_states", column("answer_id", BigInteger), column("state", Text))
"""The States named, as reviewed, of questionnaires that no other replaces."""
