"""Administration: who comes in, people, keys, models, import with its preview, and the audit."""

import html
import os
import re
import shutil
import time

import pytest
from lxml.html import document_fromstring
from sqlalchemy import select

from service.review import admin_audit
from service.store.audit import note
from service.store.models import active_model, list_models
from service.store.tables import Answer, ApiKey, Audit, ModelVersion, Questionnaire, User

PAGES = ("/admin/users", "/admin/keys", "/admin/models", "/admin/import", "/admin/audit")
FILE = b'{"id": "q1", "text": "Kenya needs judges."}\n{"id": "q2", "text": "Kenya offers experts."}\n'


@pytest.fixture
def admin(sign_in):
    """The browser of an administrator."""
    return sign_in("admin", name="ada")


def words(answer):
    """What the main part of a page says."""
    main = answer.text[answer.text.index("<main") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", main)))


def shown_once(answer):
    """The link or key that a page shows."""
    return html.unescape(re.search(r'<input readonly value="([^"]*)"', answer.text)[1])


def stored(database, table):
    with database.reading() as session:
        return list(session.scalars(select(table).order_by(table.id)))


# Who comes in


@pytest.mark.parametrize("role", ["reader", "reviewer", "lead"])
def test_others_see_and_do_nothing_here(sign_in, database, role):
    browser = sign_in(role)
    assert "/admin" not in browser.get("/account").text
    for page in ("/admin", *PAGES, "/admin/users/ada", "/admin/models/1"):
        assert browser.get(page).status_code == 403
    before = len(stored(database, Audit))
    for address in (
        *PAGES[:4],
        f"/admin/users/{browser.name}",
        f"/admin/users/{browser.name}/link",
        "/admin/keys/rotate",
        "/admin/models/1/activate",
        "/admin/import/store",
    ):
        fields = {"name": "new", "role": "admin", "languages": "en", "scopes": "admin"}
        assert browser.submit(address, **fields).status_code == 403
    assert len(stored(database, Audit)) == before


@pytest.mark.parametrize(
    "address",
    [
        "/admin/users",
        "/admin/users/ada",
        "/admin/users/ada/link",
        "/admin/keys",
        "/admin/keys/revoke",
        "/admin/models",
        "/admin/models/1/activate",
        "/admin/import",
        "/admin/import/store",
    ],
)
def test_a_form_of_another_site_does_nothing(admin, database, address):
    before = len(stored(database, Audit))
    fields = {"name": "new", "role": "admin", "languages": "en", "scopes": "admin"}
    assert admin.post(address, data=fields).status_code == 403
    assert len(stored(database, Audit)) == before


def test_every_page_opens_and_says_which_it_is(admin):
    assert str(admin.get("/admin").url).endswith("/admin/users")
    for page in PAGES:
        answer = admin.get(page)
        assert answer.status_code == 200
        assert answer.text.count("<h1") == 1
        assert f'<a href="{page}" aria-current="page">' in answer.text


# People


def test_links_lead_to_where_people_reach_the_service(admin, app):
    app.state.settings = app.state.settings.model_copy(update={"base_url": "https://needtag.example.org"})
    added = admin.submit("/admin/users", name="noor", role="reviewer", languages="fr")
    assert shown_once(added).startswith("https://needtag.example.org/sign-in/")


def test_a_new_person_comes_in_by_the_link_that_is_shown_once(admin, visitor):
    added = admin.submit("/admin/users", name="noor", role="lead", languages=["fr", "es"])
    assert added.status_code == 200
    link = shown_once(added)
    entered = visitor.post(link, data={"next": "/account"})
    assert str(entered.url).endswith("/account")
    assert "noor" in words(entered)
    assert link not in admin.get("/admin/users/noor").text
    row = next(each for each in admin.get("/admin/users").text.split("<tr>") if "noor" in each)
    assert re.search("Lead.*Français.*Español.*Active", re.sub(r"\s+", " ", row))


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"name": "Noor"}, 422, "The name must be small letters"),
        ({"languages": []}, 422, "Choose at least one language."),
        ({"role": "owner"}, 422, "Choose a role."),
        ({"name": "ada"}, 409, "ada is taken; take another name."),
    ],
)
def test_an_account_that_cannot_be_is_not_made(admin, database, fields, status, sentence):
    given = {"name": "noor", "role": "lead", "languages": ["fr"]} | fields
    refused = admin.submit("/admin/users", **given)
    assert refused.status_code == status
    assert sentence in words(refused)
    assert [each.name for each in stored(database, User)] == ["ada"]
    *_, form = document_fromstring(refused.text).forms
    chosen = [box.get("value") for box in form.iterfind(".//input[@type='checkbox']") if box.checked]
    assert (form.fields["name"], chosen) == (given["name"], given["languages"])
    assert form.fields["role"] == ("lead" if given["role"] == "lead" else "reader")


def test_role_and_languages_change_for_the_session_that_is_open(admin, sign_in, database):
    browser = sign_in("reader", name="noor")
    assert browser.get("/admin/keys").status_code == 403
    admin.submit("/admin/users/noor", role="admin", languages=["es"])
    assert browser.get("/admin/keys").status_code == 200
    noor = stored(database, User)[-1]
    assert (noor.role, noor.languages) == ("admin", ["es"])
    refused = admin.submit("/admin/users/noor", role="admin")
    assert (refused.status_code, "Choose a role and at least one language." in words(refused)) == (422, True)


def test_a_person_is_disabled_and_enabled(admin, sign_in):
    browser = sign_in("reader", name="noor")
    assert "Disabled" in words(admin.submit("/admin/users/noor/disable"))
    assert browser.get("/account", follow_redirects=False).status_code == 303
    assert admin.submit("/admin/users/noor/link").status_code == 409
    assert "Active" in words(admin.submit("/admin/users/noor/enable"))
    assert shown_once(admin.submit("/admin/users/noor/link")).startswith("http://testserver/sign-in/")


def test_the_sessions_of_a_person_end_when_told(admin, sign_in):
    browser = sign_in("reader", name="noor")
    admin.submit("/admin/users/noor/sign-out")
    assert browser.get("/account", follow_redirects=False).status_code == 303


def test_administrators_do_not_lock_themselves_out(admin):
    for address, fields in (
        ("/admin/users/ada", {"role": "lead", "languages": "en"}),
        ("/admin/users/ada/disable", {}),
    ):
        refused = admin.submit(address, **fields)
        assert refused.status_code == 409
        assert "You cannot" in words(refused)
    assert admin.submit("/admin/users/ada", role="admin", languages="es").status_code == 200


@pytest.mark.parametrize("address", ["/admin/users/nobody", "/admin/users/%00"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nobody_is_not_found(admin, address):
    assert admin.get(address).status_code == 404
    assert admin.submit(f"{address}/disable").status_code == 404


# Keys


def test_a_key_is_shown_once_and_works(admin, visitor):
    added = admin.submit("/admin/keys", name="intake system", scopes=["intake", "read"], days="")
    secret = shown_once(added)
    headers = {"Authorization": f"Bearer {secret}"}
    assert visitor.get("/v1/questionnaires", headers=headers).status_code == 200
    assert secret not in admin.get("/admin/keys").text
    assert "intake system" in words(admin.get("/admin/keys"))


@pytest.mark.parametrize(
    ("fields", "status"), [({"scopes": []}, 422), ({"name": " "}, 422), ({"scopes": "all"}, 422), ({}, 409)]
)
def test_a_key_that_cannot_be_is_not_made(admin, database, fields, status):
    given = {"name": "k", "scopes": "read"}
    admin.submit("/admin/keys", **given)
    assert admin.submit("/admin/keys", **(given | fields)).status_code == status
    assert len(stored(database, ApiKey)) == 1


def test_a_key_is_replaced_and_revoked(admin, visitor):
    def status(secret):
        headers = {"Authorization": f"Bearer {secret}"}
        return visitor.get("/v1/questionnaires", headers=headers).status_code

    old = shown_once(admin.submit("/admin/keys", name="k", scopes="read", days="30"))
    new = shown_once(admin.submit("/admin/keys/rotate", name="k", hours="0"))
    assert (status(old), status(new)) == (401, 200)
    assert "Ended on" in words(admin.submit("/admin/keys/revoke", name="k"))
    assert status(new) == 401
    assert admin.submit("/admin/keys/revoke", name="k").status_code == 404


# Models


def test_a_model_is_made_known_and_activated_after_a_warning(admin, database, decided):
    answers = stored(database, Answer)
    decided(answers[0].id, "done")
    assert admin.submit("/admin/models", name="dummy").status_code == 200
    dummy = next(each for each in stored(database, ModelVersion) if each.name == "dummy")
    warning = words(admin.get(f"/admin/models/{dummy.id}"))
    assert f"{len(answers) - 1} answers that nobody has finished are tagged anew" in warning
    assert admin.submit(f"/admin/models/{dummy.id}/activate").status_code == 200
    with database.reading() as session:
        assert active_model(session).id == dummy.id
    assert [each.actor for each in stored(database, Audit) if each.action == "activate"][-1] == "ada"


def test_the_model_that_has_seen_all_sets_nothing_going(admin, database):
    with database.reading() as session:
        active = active_model(session)
    assert "Nothing is tagged anew" in words(admin.get(f"/admin/models/{active.id}"))


@pytest.mark.parametrize("name", ["missing", "../..", ""])
def test_a_model_that_is_not_there_is_not_made_known(admin, database, name):
    assert admin.submit("/admin/models", name=name).status_code == 422
    with database.reading() as session:
        assert len(list_models(session)) == 1


def test_a_model_whose_folder_went_is_not_activated(admin, database, settings, small_model_folder):
    shutil.copytree(small_model_folder, settings.home / "models" / "other")
    admin.submit("/admin/models", name="other")
    with database.reading() as session:
        other, small = list_models(session)
    shutil.rmtree(settings.home / "models" / "other")
    refused = admin.submit(f"/admin/models/{other.id}/activate")
    assert refused.status_code == 422
    assert "This model cannot be used here" in words(refused)
    with database.reading() as session:
        assert active_model(session).id == small.id


# Import


def send(browser, content=FILE, name="kenya.jsonl", **fields):
    """Send a file to be looked at."""
    data = {"csrf": browser.csrf, **fields}
    return browser.post("/admin/import", data=data, files={"file": (name, content)})


def hidden(answer, action):
    """The hidden fields of a page's form, as a browser sends them."""
    form = re.search(rf'(?s)<form method="post" action="{action}".*?</form>', answer.text)[0]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def kept(settings):
    return list((settings.home / "temporary").glob("*"))


def test_a_file_is_shown_as_it_is_understood_and_stored_at_a_press(admin, database, settings):
    before = len(stored(database, Questionnaire))
    preview = send(admin, state="KEN", instrument=["tip"], cycle="Cycle 3", language="en")
    told = words(preview)
    assert "1 questionnaire can be stored" in told
    assert re.search("Would be stored.*Kenya.*Cycle 3.*English.*Answers 2.*Kenya needs judges", told)
    assert len(stored(database, Questionnaire)) == before
    assert len(kept(settings)) == 1
    done = admin.post("/admin/import/store", data=hidden(preview, "/admin/import/store"))
    new = stored(database, Questionnaire)[-1]
    assert f'href="/questionnaires/{new.id}"' in done.text
    assert (new.state, new.cycle, new.language, new.received_from) == ("KEN", "Cycle 3", "en", "ada")
    assert [each.text for each in stored(database, Answer)[-2:]] == [
        "Kenya needs judges.",
        "Kenya offers experts.",
    ]
    assert kept(settings) == []


def test_a_columns_field_is_given_where_its_header_is_not_recognised(admin, database):
    table = b"Nr,Wishes\nq1,Kenya needs judges.\n"
    refused = send(admin, table, "kenya.csv")
    assert refused.status_code == 422
    assert "Nothing of this file would be stored." in words(refused)
    again = hidden(refused, "/admin/import") | {"column-text": "Wishes"}
    preview = admin.post("/admin/import", data=again)
    assert "“Wishes” is understood as: Answer" in words(preview)
    assert 'name="column-text" value="Wishes"' in preview.text
    assert admin.post("/admin/import/store", data=hidden(preview, "/admin/import/store")).status_code == 200
    assert stored(database, Answer)[-1].text == "Kenya needs judges."


def test_what_cannot_be_read_is_named_and_the_rest_stored(admin):
    preview = send(admin, FILE + b"no json\n")
    assert "What cannot be read" in words(preview)
    done = admin.post("/admin/import/store", data=hidden(preview, "/admin/import/store"))
    assert "What was left out" in words(done)
    assert "kenya.jsonl" in words(done)


def test_another_content_takes_the_place_of_the_stored_one_where_that_is_wished(admin, database):
    first = send(admin)
    admin.post("/admin/import/store", data=hidden(first, "/admin/import/store"))
    same = send(admin)
    assert "Is stored already" in words(same)
    assert "/admin/import/store" not in same.text
    changed = FILE.replace(b"judges", b"prosecutors")
    conflict = send(admin, changed)
    assert "Would be refused" in words(conflict)
    assert "/admin/import/store" not in conflict.text
    wished = hidden(conflict, "/admin/import") | {"replaces": "kenya.jsonl"}
    preview = admin.post("/admin/import", data=wished)
    assert "Would take the place of kenya.jsonl" in words(preview)
    admin.post("/admin/import/store", data=hidden(preview, "/admin/import/store"))
    old, new = stored(database, Questionnaire)[-2:]
    assert (old.replaced_by, new.replaces) == (new.id, old.id)


def test_what_is_stored_is_looked_at_again(admin, database):
    """Another file with the same name was stored after the preview."""
    preview = send(admin)
    other = send(admin, FILE.replace(b"judges", b"prosecutors"))
    admin.post("/admin/import/store", data=hidden(other, "/admin/import/store"))
    count = len(stored(database, Questionnaire))
    late = admin.post("/admin/import/store", data=hidden(preview, "/admin/import/store"))
    assert late.status_code == 409
    assert "Nothing was stored" in words(late)
    assert len(stored(database, Questionnaire)) == count


def test_a_kept_file_is_no_other_sessions(admin, sign_in, database):
    preview = send(admin)
    other = sign_in("admin")
    stolen = hidden(preview, "/admin/import/store") | {"csrf": other.csrf}
    for address in ("/admin/import", "/admin/import/store"):
        assert other.post(address, data=stolen).status_code == 410
    assert admin.post("/admin/import/store", data=hidden(preview, "/admin/import/store")).status_code == 200
    gone = admin.post("/admin/import/store", data=hidden(preview, "/admin/import/store"))
    assert (gone.status_code, "The file is no longer here" in words(gone)) == (410, True)
    assert stored(database, Questionnaire)


@pytest.mark.parametrize("token", ["", "../../needtag.db", "x" * 5000, "\0"])
@pytest.mark.parametrize("address", ["/admin/import", "/admin/import/store"])
def test_a_made_up_token_leads_to_no_file(admin, token, address):
    fields = {"token": token, "name": "needtag.db"}
    assert admin.submit(address, **fields).status_code in {410, 422}


@pytest.mark.parametrize("name", ["../../kenya.jsonl", "/etc/kenya.jsonl", "C:\\x\\kenya.jsonl"])
def test_a_files_name_is_no_path(admin, database, settings, name):
    preview = send(admin, name=name)
    admin.post("/admin/import/store", data=hidden(preview, "/admin/import/store"))
    assert stored(database, Questionnaire)[-1].external_id == "kenya.jsonl"
    assert kept(settings) == []


@pytest.mark.parametrize("name", ["kenya.exe", "kenya", "k" * 250 + ".jsonl"])
def test_a_file_of_no_kind_that_is_read_is_refused(admin, name):
    refused = send(admin, name=name)
    assert refused.status_code == 422
    assert "What cannot be read" in words(refused)


def test_a_file_that_nobody_stored_goes_after_an_hour(admin, settings):
    send(admin)
    (left,) = kept(settings)
    long_ago = time.time() - 3601
    os.utime(left, (long_ago, long_ago))
    send(admin)
    assert left not in kept(settings)
    assert len(kept(settings)) == 1


def test_an_answer_is_shown_as_text(admin):
    told = send(admin, b'{"id": "q1", "text": "<script>alert(1)</script> Kenya & others"}').text
    assert "<script>alert" not in told
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Kenya &amp; others" in told


# Audit


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_audit_is_filtered_and_turned_page_by_page(admin, database, monkeypatch):
    monkeypatch.setattr(admin_audit, "LINES", 2)
    with database.writing() as session:
        for number in range(5):
            note(session, "key x & y", "export", "corpus", f"c{number}", answers=number)
    seen, address = [], "/admin/audit?who=key+x+%26+y&action=export"
    while address:
        page = admin.get(address)
        seen += re.findall(r"corpus (c\d)", page.text)
        following = re.search(r'rel="next" href="([^"]*)"', page.text)
        address = following and html.unescape(following[1])
    assert seen == ["c4", "c3", "c2", "c1", "c0"]
    assert "There is no such line." in words(admin.get("/admin/audit?who=nobody"))
    assert "answers: 4" in words(admin.get("/admin/audit"))
    assert admin.get("/admin/audit?who=%00").status_code == 422


def test_what_administrators_do_is_in_the_audit(admin):
    admin.submit("/admin/users", name="noor", role="reader", languages="en")
    admin.submit("/admin/users/noor", role="lead", languages="en")
    admin.submit("/admin/keys", name="k", scopes="read")
    told = words(admin.get("/admin/audit?who=ada"))
    assert re.search(
        "ada add key k .*ada change user noor .*ada make link user noor.*ada add user noor", told
    )
