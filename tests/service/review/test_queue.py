"""The queue: what it shows, in which order, and that the next one is nobody else's."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import html
from sqlalchemy import Engine, delete, event, select, update

from service.review import queue
from service.store import holds, users
from service.store.tables import Hold, Questionnaire, Suggestion, Tagging

BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def rows(response):
    """The ids of the questionnaires listed, each with the texts of its cells."""
    page = html.fromstring(response.text)
    return {
        int(row.find(".//th/a").get("href").rpartition("/")[2]): [
            " ".join(cell.text_content().split()) for cell in row
        ]
        for row in page.findall(".//table/tbody/tr")
    }


@pytest.fixture
def make_unsure(database):
    """Makes every suggestion for some answers uncertain, as another model might."""

    def make(*answer_ids):
        with database.writing() as session:
            for tagging in session.scalars(select(Tagging).where(Tagging.answer_id.in_(answer_ids))):
                session.execute(delete(Suggestion).where(Suggestion.tagging_id == tagging.id))
                session.add(
                    Suggestion(
                        tagging_id=tagging.id,
                        place=0,
                        kind="type",
                        code="legal",
                        stance="requested",
                        confidence=0.3,
                        band="unsure",
                        passages=[],
                    )
                )

    return make


@BOTH
def test_a_row_says_how_far_a_questionnaire_is(sign_in, questionnaires, answers_of, decided, make_unsure):
    reader = sign_in("reader")
    here = questionnaires["MDG tip"]
    first, second, *_ = answers_of(here)
    make_unsure(second)
    decided(first, "done")
    page = reader.get("/")
    assert page.status_code == 200
    state, instrument, cycle, language, status, progress, unsure, person, _ = rows(page)[here]
    assert state.startswith("Madagascar ")
    assert (instrument, cycle, language, status) == ("Trafficking Protocol", "2", "Français", "in review")
    assert (progress, unsure, person) == ("1 of 6", "1", "")
    bar = html.fromstring(page.text).find(f".//a[@href='/questionnaires/{here}']/../..//progress")
    assert (bar.get("value"), bar.get("max")) == ("1", "6")


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("state=MDG", {"MDG tip"}),
        ("region=african", {"MDG tip", "GHA firearms"}),
        ("region=019", {"GTM som", "GTM som untoc"}),
        ("instrument=som&region=asia_pacific", {"PHL tip som", "FJI som"}),
        ("cycle=7", set()),
        ("language=es&state=", {"GTM som", "GTM som untoc"}),
        ("status=in_review", {"GHA firearms"}),
        ("status=received", set()),
        ("mine=1", {"TON untoc"}),
        ("mine=reviewed", set()),
        ("language=none&region=asia_pacific&instrument=firearms", {"FJI firearms"}),
    ],
)
def test_filters_choose_the_questionnaires_that_are_listed(
    sign_in, questionnaires, answers_of, decided, database, query, states
):
    reviewer = sign_in()
    decided(answers_of(questionnaires["GHA firearms"])[0], "done")
    with database.writing() as session:
        holds.hold(session, questionnaires["TON untoc"], reviewer.name)
        holds.hold(session, questionnaires["FJI som"], "somebody")
    page = reviewer.get(f"/?{query}")
    assert page.status_code == 200
    assert set(rows(page)) == {questionnaires[each] for each in states}


def test_the_form_shows_the_filters_of_the_address(sign_in):
    page = html.fromstring(sign_in().get("/?state=MDG&status=tagged&order=state&mine=1").text)
    form = page.find(".//form[@method='get']")
    kept = {name: value for name, value in form.form_values() if value}
    assert kept == {"state": "MDG", "status": "tagged", "order": "state", "mine": "1"}


def test_the_most_uncertain_come_first_unless_another_order_is_asked(
    sign_in, questionnaires, answers_of, make_unsure
):
    reviewer = sign_in(lang="fr")
    make_unsure(*answers_of(questionnaires["GTM som"]))
    assert next(iter(rows(reviewer.get("/")))) == questionnaires["GTM som"]
    assert list(rows(reviewer.get("/?order=oldest"))) == sorted(questionnaires.values())
    names = [cells[0].partition(" ")[0] for cells in rows(reviewer.get("/?order=state")).values()]
    assert names == [
        "Fidji", "Fidji", "Ghana", "Guatemala", "Guatemala", "Madagascar", "Philippines", "Philippines",
        "République", "République", "Tonga",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("state=Chad", "State"),
        ("region=mars", "Region"),
        ("status=lost", "Status"),
        ("order=random", "Order"),
        ("mine=all", "Which questionnaires"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named_and_nothing_is_listed(sign_in, query, name):
    page = sign_in().get(f"/?{query}")
    assert page.status_code == 422
    assert f"The filter “{name}” cannot have the value" in page.text
    assert not rows(page)


def test_a_long_queue_has_pages_which_keep_the_filters(sign_in, questionnaires, monkeypatch):
    monkeypatch.setattr(queue, "ROWS", 4)
    reviewer = sign_in()
    seen, address, counts = [], "/?cycle=2&order=oldest", []
    while address:
        page = reviewer.get(address)
        seen += rows(page)
        counts.append(len(rows(page)))
        following = html.fromstring(page.text).find(".//a[@rel='next']")
        address = None if following is None else following.get("href")
    assert (seen, counts) == (sorted(questionnaires.values()), [4, 4, 3])
    assert "cycle=2" in html.fromstring(page.text).find(".//a[@rel='prev']").get("href")
    assert list(rows(reviewer.get("/?order=oldest&page=99"))) == seen[8:]
    assert list(rows(reviewer.get("/?order=oldest&page=none"))) == seen[:4]


def test_an_empty_queue_says_what_to_do(sign_in, database):
    with database.writing() as session:
        session.execute(delete(Questionnaire))
    assert "Import a file" in sign_in("admin").get("/").text
    page = sign_in().get("/").text
    assert "Ask an administrator to import one" in page
    assert "Next for me" not in page


def test_filters_that_let_nothing_through_say_so(sign_in):
    assert "No questionnaire fits these filters." in sign_in().get("/?cycle=7").text
    assert "You have no questionnaire that fits." in sign_in().get("/?mine=1").text


@BOTH
def test_one_finds_again_what_one_reviewed_with_how_far_it_is(
    sign_in, questionnaires, answers_of, decided, database
):
    reviewer = sign_in()
    finished, begun, taken_back, others = (
        questionnaires[each] for each in ("TON untoc", "MDG tip", "GTM som", "FJI som")
    )
    decided(*answers_of(finished), "done", person=reviewer.name)
    decided(answers_of(begun)[0], ("state-add", {"state": "KEN"}), person=reviewer.name)
    decided(answers_of(taken_back)[0], "done", ("undo", {"undoes": 1}), person=reviewer.name)
    decided(*answers_of(others), "done", person="somebody")
    found = rows(reviewer.get("/?mine=reviewed"))
    assert {each: cells[4] for each, cells in found.items()} == {finished: "reviewed", begun: "in review"}
    assert set(rows(reviewer.get("/?mine=reviewed&status=reviewed"))) == {finished}
    # A second reading is no review, and whoever is at one learns nothing of the first.
    decided(*answers_of(others), "done", person=reviewer.name, reading=2)
    assert set(rows(reviewer.get("/?mine=reviewed"))) == {finished, begun}


def test_what_one_reviewed_is_found_through_an_index(sign_in, database):
    reviewer = sign_in()
    asked = []

    def note(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        reviewer.get("/?mine=reviewed")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    statement, parameters = next(each for each in asked if "standing_decisions" in each[0])
    with database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert not [row.detail for row in plan if re.match("SCAN (d|answers|u)\\b", row.detail)]
    assert any("decisions_in_order" in row.detail for row in plan)


def test_a_language_that_is_not_stated_says_so_and_can_be_asked_for(sign_in, questionnaires):
    reviewer = sign_in()
    page = reviewer.get("/?language=none")
    assert questionnaires["TON untoc"] in rows(page)
    assert questionnaires["MDG tip"] not in rows(page)
    assert {cells[3] for cells in rows(page).values()} == {"not stated"}
    form = html.fromstring(page.text).find(".//form[@method='get']")
    assert dict(form.form_values())["language"] == "none"


def test_a_filter_on_the_language_tells_of_those_in_which_none_is_stated(sign_in, questionnaires, database):
    here = questionnaires["MDG tip"]
    reviewer = sign_in(languages=["fr"])
    with database.writing() as session:
        session.execute(update(Questionnaire).values(language="en"))
    assert "no language is stated" not in reviewer.get("/?language=fr").text
    with database.writing() as session:
        session.execute(update(Questionnaire).where(Questionnaire.id == here).values(language=None))
    for page in (reviewer.get("/?language=fr&state=MDG"), ask_for_next(reviewer, "?language=fr&state=MDG")):
        [address] = html.fromstring(page.text).xpath("//a[contains(@href, 'language=none')]/@href")
        assert set(rows(reviewer.get(address))) == {here}
    assert "1 questionnaire is free in which no language is stated." in page.text
    for query in ("", "?language=none"):
        assert "no language is stated" not in reviewer.get(f"/{query}").text
    # What somebody else has is not free.
    assert given(ask_for_next(sign_in(languages=["fr"]))) == here
    assert "language is stated" not in ask_for_next(reviewer, "?language=fr").text


def test_the_button_for_the_next_one_names_the_languages_it_gives(sign_in):
    assert "in your languages: Français, English" in sign_in(languages=["fr", "en"]).get("/").text


def test_how_it_works_is_open_until_one_has_decided_something(sign_in, questionnaires, answers_of, decided):
    new = sign_in()

    def how():
        return html.fromstring(new.get("/").text).find_class("how")[0]

    assert "open" in how().attrib
    assert len(how().findall("./ol/li")) == 8
    decided(answers_of(questionnaires["MDG tip"])[0], "done", person="otto")
    assert "open" in how().attrib
    decided(answers_of(questionnaires["MDG tip"])[1], "done", person=new.name)
    assert "open" not in how().attrib
    assert not html.fromstring(sign_in("reader").get("/").text).find_class("how")


def test_a_stranger_is_led_to_the_form_to_sign_in_and_back(visitor):
    response = visitor.get("/?state=MDG", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in?next=/%3Fstate%3DMDG")


def given(response):
    """The questionnaire that somebody was sent to."""
    assert response.status_code == 303, response.text
    return int(response.headers["location"].split("/")[2])


def ask_for_next(browser, filters=""):
    return browser.post(f"/next{filters}", data={"csrf": browser.csrf}, follow_redirects=False)


def test_the_next_one_is_the_most_uncertain_in_ones_languages(
    sign_in, questionnaires, answers_of, make_unsure
):
    make_unsure(*answers_of(questionnaires["MDG tip"]), *answers_of(questionnaires["GTM som"])[:4])
    assert given(ask_for_next(sign_in(languages=["es"]))) == questionnaires["GTM som"]
    assert given(ask_for_next(sign_in(languages=["en", "fr", "es"]))) == questionnaires["MDG tip"]


def test_one_gets_the_same_one_until_it_is_finished(sign_in, questionnaires, answers_of, decided):
    reviewer, other = sign_in(), sign_in()
    first = given(ask_for_next(reviewer))
    assert given(ask_for_next(other)) != first
    assert given(ask_for_next(reviewer)) == first
    for answer in answers_of(first):
        decided(answer, "done")
    assert given(ask_for_next(reviewer)) != first


def test_where_nothing_is_left_the_page_says_so(sign_in, questionnaires):
    first, second = sign_in(languages=["fr"]), sign_in(languages=["fr"])
    with_everything = [given(ask_for_next(sign_in())) for _ in questionnaires]
    assert sorted(with_everything) == sorted(questionnaires.values())
    for reviewer in (first, second):
        page = ask_for_next(reviewer)
        assert page.status_code == 200
        assert "Every questionnaire in your languages (Français) is reviewed" in page.text


@BOTH
def test_what_was_handed_back_comes_last_and_what_one_has_first(sign_in, questionnaires):
    reviewer = sign_in()
    assert "Next for me" in reviewer.get("/").text
    back = given(ask_for_next(reviewer))
    assert "Go on with mine" in reviewer.get("/").text
    reviewer.submit(f"/questionnaires/{back}/hand-back")
    mine = given(ask_for_next(reviewer))
    assert mine != back
    assert given(ask_for_next(reviewer)) == mine
    reviewer.submit(f"/questionnaires/{mine}/hand-back")
    assert given(ask_for_next(reviewer)) not in (back, mine)


def test_what_was_handed_back_is_given_again_once_nothing_else_is_left(sign_in, questionnaires):
    reviewer = sign_in(languages=["fr"])
    spoken = given(ask_for_next(reviewer))
    for _ in range(len(questionnaires)):
        reviewer.submit(f"/questionnaires/{spoken}/hand-back")
        spoken = given(ask_for_next(reviewer))
    assert spoken in questionnaires.values()


def test_what_one_left_overnight_still_comes_first(sign_in, questionnaires, database):
    reviewer = sign_in()
    left = questionnaires["TON untoc"]
    with database.writing() as session:
        holds.hold(session, left, reviewer.name)
        session.execute(update(Hold).values(until=dt.datetime.now(dt.UTC) - dt.timedelta(hours=12)))
    assert given(ask_for_next(reviewer)) == left


def test_the_next_one_is_of_those_that_the_filters_let_through(sign_in, questionnaires):
    reviewer = sign_in()
    french = html.fromstring(reviewer.get("/?language=fr&status=tagged").text).find(".//form[@class='next']")
    assert french.get("action") == "/next?language=fr"
    assert given(ask_for_next(reviewer, "?state=TON")) == questionnaires["TON untoc"]
    assert "Go on with mine" in reviewer.get("/?state=TON").text
    assert "Next for me" in reviewer.get("/?language=fr").text
    assert given(ask_for_next(reviewer, "?language=fr")) == questionnaires["MDG tip"]
    nothing = reviewer.submit("/next?cycle=99").text
    assert "that fits the filters is reviewed" in nothing
    assert reviewer.submit("/next?language=nonsense").status_code == 422


@BOTH
def test_two_who_ask_at_the_same_moment_get_two_questionnaires(sign_in, database, questionnaires):
    names = [sign_in().name, sign_in().name]

    def ask(name):
        with database.writing() as session:
            return holds.next_for(session, users.get_user(session, name))

    with ThreadPoolExecutor(1) as other, database.writing() as session:
        mine = holds.next_for(session, users.get_user(session, names[0]))
        # What this session holds cannot be seen by the other one before it ends.
        theirs = other.submit(ask, names[1])
        with pytest.raises(TimeoutError):
            theirs.result(timeout=0.5)
    assert {mine, theirs.result()} <= set(questionnaires.values())
    assert mine != theirs.result()


@BOTH
def test_many_who_ask_at_once_each_get_another(sign_in, questionnaires):
    browsers = [sign_in() for _ in questionnaires]
    with ThreadPoolExecutor(len(browsers)) as pool:
        got = [given(response) for response in pool.map(ask_for_next, browsers)]
    assert sorted(got) == sorted(questionnaires.values())


@BOTH
def test_opening_an_answer_holds_its_questionnaire_and_finishing_lets_go(
    sign_in, questionnaires, answers_of, decided, database
):
    reviewer, other = sign_in(), sign_in()
    here = questionnaires["TON untoc"]
    (answer,) = answers_of(here)
    sign_in("reader").get(f"/answers/{answer}")
    assert rows(reviewer.get("/"))[here][7] == ""
    reviewer.get(f"/answers/{answer}")
    assert rows(reviewer.get("/"))[here][7] == "you"
    other.get(f"/answers/{answer}")
    assert rows(other.get("/"))[here][7] == reviewer.name
    decided(answer, "done", person=reviewer.name)
    reviewer.get(f"/questionnaires/{here}/next")
    reviewer.get(f"/answers/{answer}")
    assert rows(reviewer.get("/"))[here][7] == ""


@BOTH
def test_a_hold_is_renewed_by_whoever_has_it_and_free_when_it_is_over(sign_in, questionnaires, database):
    here = questionnaires["TON untoc"]
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    with database.writing() as session:
        assert holds.hold(session, here, "rita")
        assert holds.hold(session, here, "rita")
        assert not holds.hold(session, here, "omar")
        session.execute(update(Hold).values(until=long_ago))
    assert rows(sign_in().get("/"))[here][7] == ""
    with database.writing() as session:
        assert holds.hold(session, here, "omar")
        holds.let_go(session, here, "rita")
        assert session.scalar(select(Hold.person)) == "omar"
        holds.let_go(session, here, "omar")
        assert session.scalar(select(Hold.person)) is None


def test_a_reader_gets_none_nor_whoever_sends_no_token(sign_in, database):
    reader, reviewer = sign_in("reader"), sign_in()
    assert "Next for me" not in reader.get("/").text
    assert reader.submit("/next").status_code == 403
    refused = reviewer.post("/next", data={"csrf": "another"})
    assert refused.status_code == 403
    assert "Your session is another one now" in refused.text
    with database.reading() as session:
        assert session.scalar(select(Hold.person)) is None


def test_a_page_that_is_not_there_says_so(sign_in, visitor):
    reviewer = sign_in()
    for address in ("/nothing", "/answers/999999", "/questionnaires/999999", "/answers/one"):
        page = reviewer.get(address)
        assert page.status_code == (422 if address == "/answers/one" else 404)
        assert page.headers["content-type"].startswith("text/html")
        assert reviewer.name in page.text
    assert "There is nothing here" in reviewer.get("/nothing").text
    assert "There is nothing here" in visitor.get("/nothing").text
    wrong_method = reviewer.delete("/search")
    assert (wrong_method.status_code, wrong_method.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    "address", ["/v1/nothing", "/v1/answers/999999", "/static/nothing.css", "/healthz/no"]
)
def test_programs_are_refused_with_a_problem(sign_in, address):
    response = sign_in().get(address)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
