"""What the service's database holds for an overview, read in one session."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby
from operator import itemgetter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.overview.evidence import PAGED, Cutter, reviewed_words
from service.overview.items import Item, Submission
from service.overview.memory import collecting_later
from service.overview.overview import DATABASE, Source
from service.overview.tagged import TaggedAnswer, TagKey
from service.store.answers import QuestionnaireFilter, current_tagging, is_reviewed
from service.store.tables import Answer, Questionnaire, QuestionnaireInstrument, Suggestion, Tagging
from service.store.views import reviewed_answers, reviewed_tags

SHOWN = ("safe", "suggest")
"""The bands whose suggestions are shown as tagged, and count where nobody has reviewed an answer."""


@collecting_later()
def read_database(session: Session, wanted: QuestionnaireFilter, *, unreviewed: bool = False) -> Source:
    """Read the reviewed tags of the questionnaires that count.

    Args:
        session: sees the database at one moment.
        wanted: which questionnaires.
        unreviewed: read what is suggested for answers that nobody reviewed too, to be counted apart.
    """
    submissions = {int(each.questionnaire): each for each in _submissions(session, wanted)}
    tagged = _reviewed(session, wanted, submissions)
    if unreviewed:
        tagged = chain(tagged, _suggested(session, wanted, submissions))
    items: list[Item] = []
    left_out = []
    for answer in tagged:
        items += answer.items()
        if answer.is_left_out():
            left_out.append(answer.answer)
    return Source(
        name=DATABASE,
        cycle=wanted.cycle,
        items=tuple(items),
        submissions=tuple(submissions.values()),
        left_out=tuple(left_out),
        has_unreviewed=unreviewed,
    )


def _submissions(session: Session, wanted: QuestionnaireFilter) -> Iterator[Submission]:
    """The questionnaires, by id."""
    about = QuestionnaireInstrument
    named = select(about.questionnaire_id, about.code).order_by(about.questionnaire_id, about.place)
    instruments = defaultdict(list)
    for questionnaire, code in session.execute(named):
        instruments[questionnaire].append(code)
    found = Questionnaire
    rows = session.execute(
        select(
            found.id,
            found.state,
            found.cycle,
            found.language,
            func.count(Answer.id).label("answers"),
            func.count(reviewed_answers.c.answer_id).label("reviewed"),
        )
        .outerjoin(Answer, Answer.questionnaire_id == found.id)
        .outerjoin(reviewed_answers, reviewed_answers.c.answer_id == Answer.id)
        .where(*wanted.conditions())
        .group_by(found.id)
        .order_by(found.id)
    )
    for row in rows:
        codes = tuple(instruments[row.id])
        yield Submission(str(row.id), row.state, codes, row.cycle, row.language, row.answers, row.reviewed)


def _reviewed(
    session: Session, wanted: QuestionnaireFilter, submissions: Mapping[int, Submission]
) -> Iterator[TaggedAnswer]:
    conditions = wanted.conditions()
    words = reviewed_words(session, conditions)
    tag = reviewed_tags.c
    rows = session.execute(
        select(tag.answer_id, Answer.questionnaire_id, tag.code, tag.stance)
        .join(Answer, Answer.id == tag.answer_id)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .where(*conditions)
        .order_by(tag.answer_id, tag.code, tag.stance),
        execution_options=PAGED,
    )
    found = (
        (answer, questionnaire, (code, stance), words.get((answer, code, stance), ""))
        for answer, questionnaire, code, stance in rows
    )
    return _by_answer(found, submissions, reviewed=True)


def _suggested(
    session: Session, wanted: QuestionnaireFilter, submissions: Mapping[int, Submission]
) -> Iterator[TaggedAnswer]:
    conditions = (*wanted.conditions(), ~is_reviewed(), Tagging.id == current_tagging())
    of_answers = select(Tagging.id).join(Answer).join(Questionnaire).where(*conditions)
    taggings = select(Tagging.answer_id).where(Tagging.id.in_(of_answers))
    cutter = Cutter(session, Answer.id.in_(taggings), Tagging.id.in_(of_answers))
    rows = session.execute(
        select(
            Tagging.answer_id,
            Answer.questionnaire_id,
            Suggestion.code,
            Suggestion.stance,
            Suggestion.tagging_id,
            Suggestion.passages,
        )
        .join(Tagging, Tagging.id == Suggestion.tagging_id)
        .join(Answer, Answer.id == Tagging.answer_id)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .where(*conditions, Suggestion.band.in_(SHOWN))
        .order_by(Tagging.answer_id, Suggestion.place),
        execution_options=PAGED,
    )
    found = (
        (answer, questionnaire, (code, stance), cutter.words(answer, tagging, passages))
        for answer, questionnaire, code, stance, tagging, passages in rows
    )
    return _by_answer(found, submissions, reviewed=False)


def _by_answer(
    rows: Iterable[tuple[int, int, TagKey, str]], submissions: Mapping[int, Submission], *, reviewed: bool
) -> Iterator[TaggedAnswer]:
    """Bring together the tags of each answer, whose rows follow each other.

    A row has the answer's id, its questionnaire's, a tag, and the tag's words.
    """
    for (answer, questionnaire), tags in groupby(rows, key=itemgetter(0, 1)):
        of = submissions[questionnaire]
        yield TaggedAnswer(
            answer=str(answer),
            questionnaire=of.questionnaire,
            respondent=of.respondent,
            instruments=of.instruments,
            cycle=of.cycle,
            language=of.language,
            reviewed=reviewed,
            tags={tag: words for _, _, tag, words in tags},
        )
