"""Who has which questionnaire on the desk, so that "next for me" never gives two people the same one."""

import datetime as dt

from sqlalchemy import Select, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.answers import QuestionnaireFilter, is_reviewed
from service.store.progress import uncertainty
from service.store.tables import Answer, Hold, Questionnaire, User

HOURS = 4
"""Hours for which a questionnaire stays with the person who last opened an answer of it."""

HANDED_BACK = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Until when somebody has what they handed back: they are given it again only once nothing else is left."""

ALL = QuestionnaireFilter()


def hold(session: Session, questionnaire_id: int, person: str) -> bool:
    """Keep a questionnaire for a person, unless another has it; tells whether the person has it now."""
    now = dt.datetime.now(dt.UTC)
    until = now + dt.timedelta(hours=HOURS)
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(Hold)
    # In one statement: of two who come at the same moment, the second waits and then finds the first's.
    taken = session.scalar(
        insert.values(questionnaire_id=questionnaire_id, person=person, until=until)
        .on_conflict_do_update(
            index_elements=["questionnaire_id"],
            set_={"person": person, "until": until},
            where=or_(Hold.person == person, Hold.until < now),
        )
        .returning(Hold.questionnaire_id)
    )
    return taken is not None


def held(session: Session, questionnaire_id: int) -> Hold | None:
    """Find who has a questionnaire now, and until when."""
    now = dt.datetime.now(dt.UTC)
    return session.scalar(select(Hold).where(Hold.questionnaire_id == questionnaire_id, Hold.until >= now))


def let_go(session: Session, questionnaire_id: int, person: str) -> None:
    """Let others have a questionnaire that is finished."""
    mine = Hold.questionnaire_id == questionnaire_id, Hold.person == person
    session.execute(delete(Hold).where(*mine))


def hand_back(session: Session, questionnaire_id: int, person: str) -> None:
    """Let others have a questionnaire that is not finished, and the person another one."""
    mine = Hold.questionnaire_id == questionnaire_id, Hold.person == person
    session.execute(update(Hold).where(*mine).values(until=HANDED_BACK))


def has_one(session: Session, user: User, wanted: QuestionnaireFilter) -> bool:
    """Whether `next_for` gives a person one that they have now."""
    now = dt.datetime.now(dt.UTC)
    mine = _free_for(user, wanted).where(Hold.person == user.name, Hold.until >= now)
    return session.scalar(mine) is not None


def next_for(session: Session, user: User, wanted: QuestionnaireFilter = ALL) -> int | None:
    """Hold the questionnaire that a person should take next; to be called in a writing session.

    Of those that a filter lets through, the one that they have not finished comes first; then those in their
    languages that nobody has, the most uncertain first; at last those that they handed back. None where
    nothing is left.
    """
    # On PostgreSQL, another may hold what the query found before this person does; the next query knows.
    while (found := session.scalar(_free_for(user, wanted))) is not None:
        if hold(session, found, user.name):
            return found
    return None


def count_free(session: Session, user: User, wanted: QuestionnaireFilter) -> int:
    """How many questionnaires `next_for` chooses from."""
    free = _free_for(user, wanted).order_by(None).limit(None).subquery()
    return session.scalar(select(func.count()).select_from(free)) or 0


def _free_for(user: User, wanted: QuestionnaireFilter) -> Select[int]:
    now = dt.datetime.now(dt.UTC)
    left = select(Answer.id).where(Answer.questionnaire_id == Questionnaire.id, ~is_reviewed()).exists()
    speaks = or_(Questionnaire.language.in_(user.languages), Questionnaire.language.is_(None))
    free = or_(Hold.until.is_(None), Hold.until < now, Hold.person == user.name)
    mine = Hold.person == user.name
    rank = case((and_(mine, Hold.until > HANDED_BACK), 0), (mine, 2), else_=1)
    return (
        select(Questionnaire.id)
        .outerjoin(Hold, Hold.questionnaire_id == Questionnaire.id)
        .where(*wanted.conditions(), Questionnaire.replaced_by.is_(None), left, speaks, free)
        .order_by(rank, uncertainty().desc(), Questionnaire.id)
        .limit(1)
    )
