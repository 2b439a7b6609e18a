"""The first schema: all tables, what holds the appended ones unchanged, and the views on decisions."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
DIGEST = sa.String(64)

APPENDED = ("suggestions", "decisions", "audit")


def upgrade() -> None:
    """Make it all in an empty database."""
    _make_questionnaires()
    _make_taggings()
    _make_decisions()
    _make_people()
    dialect = op.get_context().dialect.name
    _keep_unchanged(dialect)
    _make_views(dialect)


def _table(name: str, *rest: Any) -> None:
    """Make a table of rows with an id that is never given twice."""
    op.create_table(
        name,
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        *rest,
        sqlite_autoincrement=True,
    )


def _some(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _perhaps(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


def _parent(
    name: str, column: str, *, nullable: bool = False, ondelete: str | None = "CASCADE"
) -> sa.Column[Any]:
    return sa.Column(name, ROW_ID, sa.ForeignKey(column, ondelete=ondelete), nullable=nullable)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_questionnaires() -> None:
    _table(
        "questionnaires",
        *_some(sa.Text(), "external_id"),
        *_some(DIGEST, "content"),
        _parent("replaces", "questionnaires.id", nullable=True, ondelete="SET NULL"),
        _parent("replaced_by", "questionnaires.id", nullable=True, ondelete="SET NULL"),
        *_perhaps(sa.Text(), "state", "cycle", "language"),
        *_some(TIME, "received_at"),
        *_some(sa.Text(), "received_from"),
    )
    _index("questionnaires", "external_id", "replaces", "replaced_by", "state", "received_at")
    current = sa.text("replaced_by IS NULL")
    op.create_index(
        "one_current_questionnaire",
        "questionnaires",
        ["external_id"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )
    op.create_table(
        "questionnaire_instruments",
        sa.Column(
            "questionnaire_id",
            ROW_ID,
            sa.ForeignKey("questionnaires.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("code", sa.Text(), primary_key=True),
        *_some(sa.BigInteger(), "place"),
    )
    _index("questionnaire_instruments", "code")
    _table("questions", sa.Column("digest", DIGEST, nullable=False, unique=True), *_some(sa.Text(), "text"))
    _table(
        "answers",
        _parent("questionnaire_id", "questionnaires.id"),
        _parent("question_id", "questions.id", nullable=True, ondelete=None),
        *_some(sa.Text(), "external_id"),
        *_some(sa.BigInteger(), "place"),
        *_perhaps(sa.Text(), "language"),
        *_some(sa.Text(), "text", "words"),
    )
    _index("answers", "question_id")
    op.create_index("answers_of_questionnaire", "answers", ["questionnaire_id", "external_id"], unique=True)


def _make_taggings() -> None:
    _table(
        "model_versions",
        *_some(sa.Text(), "name", "version"),
        *_some(JSON, "bands"),
        *_some(TIME, "first_seen"),
    )
    op.create_index("model_versions_named", "model_versions", ["name", "version"], unique=True)
    _table(
        "activations",
        _parent("model_version_id", "model_versions.id", ondelete=None),
        *_some(TIME, "at"),
        *_some(sa.Text(), "actor"),
    )
    _table(
        "taggings",
        _parent("answer_id", "answers.id"),
        _parent("model_version_id", "model_versions.id", ondelete=None),
        *_some(TIME, "at"),
        *_perhaps(sa.Text(), "language", "unsure"),
        *_some(JSON, "stances", "passages"),
        *_perhaps(sa.Text(), "error"),
    )
    _index("taggings", "model_version_id")
    op.create_index("tagged_once", "taggings", ["answer_id", "model_version_id"], unique=True)
    _table(
        "suggestions",
        _parent("tagging_id", "taggings.id"),
        *_some(sa.BigInteger(), "place"),
        *_some(sa.Text(), "kind", "code", "stance"),
        *_some(sa.Float(), "confidence"),
        *_some(sa.Text(), "band"),
        *_some(JSON, "passages"),
    )
    _index("suggestions", "code")
    op.create_index("suggested_once", "suggestions", ["tagging_id", "code", "stance"], unique=True)
    _table(
        "mentions",
        _parent("tagging_id", "taggings.id"),
        *_some(sa.BigInteger(), "place"),
        *_some(sa.Text(), "state"),
        *_some(sa.BigInteger(), "start", "end"),
    )
    _index("mentions", "state")
    op.create_index("mentions_of_tagging", "mentions", ["tagging_id", "state"])
    op.create_table(
        "leases",
        sa.Column(
            "answer_id",
            ROW_ID,
            sa.ForeignKey("answers.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        *_some(sa.Text(), "owner"),
        *_some(sa.Float(), "until"),
        *_some(sa.BigInteger(), "attempts"),
    )


def _make_decisions() -> None:
    _table(
        "decisions",
        _parent("answer_id", "answers.id"),
        *_some(sa.BigInteger(), "reading", "number"),
        _parent("tagging_id", "taggings.id", nullable=True),
        *_some(sa.Text(), "act", "code", "kind", "stance", "new_stance", "state"),
        *_some(JSON, "passages"),
        *_perhaps(sa.Text(), "note"),
        _parent("undoes", "decisions.id", nullable=True),
        *_perhaps(sa.BigInteger(), "carried_from"),
        *_some(sa.Text(), "person"),
        *_some(TIME, "at"),
    )
    _index("decisions", "tagging_id", "undoes")
    op.create_index("decisions_in_order", "decisions", ["answer_id", "reading", "number"], unique=True)


def _make_people() -> None:
    _table(
        "users",
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        *_some(sa.Text(), "role"),
        *_some(JSON, "languages"),
        *_some(TIME, "created_at"),
        *_perhaps(TIME, "disabled_at"),
    )
    _table(
        "api_keys",
        *_some(sa.Text(), "name"),
        sa.Column("digest", DIGEST, nullable=False, unique=True),
        *_some(JSON, "scopes"),
        *_some(TIME, "created_at"),
        *_perhaps(TIME, "expires_at"),
    )
    _index("api_keys", "name")
    op.create_table(
        "idempotency_keys",
        sa.Column("actor", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        *_some(DIGEST, "content"),
        *_some(JSON, "result"),
        *_some(TIME, "at"),
    )
    _index("idempotency_keys", "at")
    _table(
        "audit",
        *_some(TIME, "at"),
        *_some(sa.Text(), "actor", "action", "subject"),
        *_perhaps(sa.Text(), "subject_id"),
        *_some(JSON, "detail"),
    )
    _index("audit", "at")
    op.create_index("audit_of_subject", "audit", ["subject", "subject_id"])


def _keep_unchanged(dialect: str) -> None:
    """Refuse every change of an appended row; it may be purged."""
    if dialect == "postgresql":
        op.execute(
            """
            CREATE FUNCTION needtag_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
            END $$
            """
        )
        action = "FOR EACH ROW EXECUTE FUNCTION needtag_refuse_change()"
    else:
        action = "BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
    for table in APPENDED:
        op.execute(f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table} " + action.format(table=table))


def _make_views(dialect: str) -> None:
    # The part before the first full stop, or all of it.
    type_of = {
        "postgresql": "split_part({0}, '.', 1)",
        "sqlite": "substr({0}, 1, instr({0} || '.', '.') - 1)",
    }[dialect]
    for view in VIEWS:
        op.execute(view.format(type_of_t=type_of.format("t.code"), type_of_s=type_of.format("s.code")))


# No view needs a DISTINCT, a window, or a UNION that drops rows: SQLite would not merge it into the query
# that uses it, and a query for one answer would go through the decisions on all.

STANDING_DECISIONS = """
CREATE VIEW standing_decisions AS
SELECT d.id, d.answer_id, d.reading, d.number, d.tagging_id, d.act, d.code, d.kind, d.stance, d.new_stance,
       d.state, d.passages, d.note, d.carried_from, d.person, d.at
FROM decisions d
WHERE d.act <> 'undo'
  AND 0 = (SELECT count(*) FROM decisions u WHERE u.undoes = d.id AND u.act = 'undo')
"""

DONE_READINGS = """
CREATE VIEW done_readings AS
SELECT d.answer_id, d.reading, d.id AS decision_id, d.tagging_id, d.person, d.at
FROM standing_decisions d
WHERE d.act = 'done'
  AND 0 = (
    SELECT count(*) FROM standing_decisions l
    WHERE l.answer_id = d.answer_id AND l.reading = d.reading AND l.number > d.number
      AND l.act IN ('done', 'reopen')
  )
"""

# What a second reader found counts for nothing until somebody has settled it, in the first reading.
REVIEWED_ANSWERS = """
CREATE VIEW reviewed_answers AS
SELECT answer_id, decision_id, tagging_id, person, at FROM done_readings WHERE reading = 1
"""

# A tag stands by the decision that put it there, if no later one is about it. A restance is about two tags:
# it drops the tag in one stance and puts it there in another.
STANDING_TAGS = """
CREATE VIEW standing_tags AS
SELECT d.answer_id, d.reading, d.kind, d.code,
       CASE d.act WHEN 'restance' THEN d.new_stance ELSE d.stance END AS stance,
       d.id AS decision_id
FROM standing_decisions d
WHERE d.act IN ('accept', 'add', 'restance')
  AND 0 = (
    SELECT count(*) FROM standing_decisions l
    WHERE l.answer_id = d.answer_id AND l.reading = d.reading AND l.number > d.number AND l.code = d.code
      AND l.act IN ('accept', 'add', 'reject', 'restance')
      AND CASE d.act WHEN 'restance' THEN d.new_stance ELSE d.stance END IN (
        l.stance, CASE l.act WHEN 'restance' THEN l.new_stance ELSE l.stance END
      )
  )
"""

# Each tag of a reading that is done as it is and, if it is a sub-type, as its type. Of those that would give
# the same type in a stance, the type itself gives it, or else the sub-type that was put there first.
READ_TAGS = """
CREATE VIEW read_tags AS
SELECT t.answer_id, t.reading,
       CASE i.implied WHEN 1 THEN 'type' ELSE t.kind END AS kind,
       CASE i.implied WHEN 1 THEN {type_of_t} ELSE t.code END AS code,
       t.stance
FROM done_readings r
JOIN standing_tags t ON t.answer_id = r.answer_id AND t.reading = r.reading
JOIN (SELECT 0 AS implied UNION ALL SELECT 1) AS i ON i.implied = 0 OR (
    t.kind = 'subtype'
    AND 0 = (
      SELECT count(*) FROM standing_tags s
      WHERE s.answer_id = t.answer_id AND s.reading = t.reading AND s.stance = t.stance
        AND {type_of_s} = {type_of_t}
        AND (s.kind = 'type' OR (s.kind = 'subtype' AND s.decision_id < t.decision_id))
    )
)
"""

# The States that the reader saw and left alone, each by its first mention, then those that were added.
READ_STATES = """
CREATE VIEW read_states AS
SELECT r.answer_id, r.reading, m.state
FROM done_readings r
JOIN mentions m ON m.tagging_id = r.tagging_id
WHERE 0 = (
    SELECT count(*) FROM mentions e WHERE e.tagging_id = m.tagging_id AND e.state = m.state AND e.id < m.id
  )
  AND 0 = (
    SELECT count(*) FROM standing_decisions d
    WHERE d.answer_id = r.answer_id AND d.reading = r.reading AND d.state = m.state
      AND d.act IN ('state-add', 'state-remove')
  )
UNION ALL
SELECT r.answer_id, r.reading, d.state
FROM done_readings r
JOIN standing_decisions d ON d.answer_id = r.answer_id AND d.reading = r.reading AND d.act = 'state-add'
WHERE 0 = (
    SELECT count(*) FROM standing_decisions l
    WHERE l.answer_id = d.answer_id AND l.reading = d.reading AND l.number > d.number AND l.state = d.state
      AND l.act IN ('state-add', 'state-remove')
  )
"""

# The answers of a questionnaire that was replaced count no more.
COUNTS = """
JOIN answers a ON a.id = r.answer_id
JOIN questionnaires q ON q.id = a.questionnaire_id AND q.replaced_by IS NULL
WHERE r.reading = 1
"""

REVIEWED_TAGS = f"""
CREATE VIEW reviewed_tags AS
SELECT r.answer_id, r.kind, r.code, r.stance FROM read_tags r
{COUNTS}
"""  # noqa: S608 - all of it stands here

REVIEWED_STATES = f"""
CREATE VIEW reviewed_states AS
SELECT r.answer_id, r.state FROM read_states r
{COUNTS}
"""  # noqa: S608 - all of it stands here

VIEWS = (
    STANDING_DECISIONS,
    DONE_READINGS,
    REVIEWED_ANSWERS,
    STANDING_TAGS,
    READ_TAGS,
    READ_STATES,
    REVIEWED_TAGS,
    REVIEWED_STATES,
)
