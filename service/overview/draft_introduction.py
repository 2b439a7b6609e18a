"""Part I of the draft: what it is for, what it rests on, and how it counts."""

from service.overview.content import Behind, Footnote, Runs
from service.overview.items import EUROPEAN_UNION
from service.overview.overview import DATABASE
from service.overview.writer import Writer


def write_introduction(writer: Writer) -> None:
    """Write part I."""
    if writer.overview.is_unreviewed:
        writer.paragraph(writer.say("nothing_reviewed"))
    convention, protocols = (
        (Footnote(writer.say(f"treaty_{name}")),) for name in ("convention", "protocols")
    )
    writer.paragraph(writer.say("purpose", convention=convention, protocols=protocols))
    writer.paragraph(*_basis(writer))
    writer.paragraph(writer.say(f"counting_{writer.overview.unit}"))
    if not writer.overview.source.register:
        writer.paragraph(*_reviewed(writer))
    writer.paragraph(writer.say("structure"))


def _basis(writer: Writer) -> list[Runs]:
    source = writer.overview.source
    states = len(writer.overview.reviewed.all.requested.total.states)
    asking = writer.say("asking_states", Behind("asking", states, ()))
    if not states and writer.unknown.requested.total.number:
        asking = writer.say("asking_unknown")
    if source.register:
        return [writer.say("basis_register", source=source.register.source), asking]
    if not source.submissions and source.name != DATABASE:
        return [writer.say("basis_file", source=source.name), asking]
    questionnaires = writer.say("basis_questionnaires", Behind("questionnaires", len(source.submissions), ()))
    if not source.submissions:
        return [questionnaires]
    respondents = [each.respondent for each in source.submissions]
    known = {each for each in respondents if each and each != EUROPEAN_UNION}
    union = "also" if known else "alone"
    unknown, form = respondents.count(None), None
    if unknown == len(respondents):
        form = "only" if unknown == 1 else "all"
    return [
        questionnaires,
        writer.say("respondents", Behind("respondents", len(known), ())) if known else (),
        writer.say("union_responded", None, union) if EUROPEAN_UNION in respondents else (),
        writer.say("unknown_responded", Behind("respondents/unknown", unknown, ()), form) if unknown else (),
        _reviewed_answers(writer),
    ]


def _reviewed_answers(writer: Writer) -> Runs:
    submissions = writer.overview.source.submissions
    answers = sum(each.answers for each in submissions)
    reviewed = Behind("answers/reviewed", sum(each.reviewed for each in submissions), ())
    form = None
    if not answers:
        form = "nothing"
    elif answers == 1:
        form = "only" if reviewed.number else "only_left"
    elif reviewed.number == answers:
        form = "all"
    received = writer.linked("answers_received", Behind("answers", answers, ()))
    return writer.say("reviewed_answers", reviewed, form, answers=received)


def _reviewed(writer: Writer) -> list[Runs]:
    overview = writer.overview
    sentences = [writer.say("unreviewed_left_out")]
    if overview.unreviewed:
        suggested = overview.unreviewed.all.requested.total
        form = "some" if suggested.number else "none"
        requests = writer.requests("unreviewed/total", suggested)
        sentences = [writer.say("unreviewed_apart", None, form, requests=requests)]
    if left_out := overview.source.left_out:
        sentences.append(writer.say("retired", Behind("left-out", len(left_out), tuple(left_out))))
    return sentences
