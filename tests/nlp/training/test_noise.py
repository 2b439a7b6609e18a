from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.training import noise

TEXT = "Équipement demandé: des véhicules, des ordinateurs et la formation des magistrats du parquet général."


@pytest.mark.parametrize("damage", noise.DAMAGES)
def test_the_same_chance_gives_the_same_damage(damage):
    assert damage(TEXT, Random(7)) == damage(TEXT, Random(7))


def test_case_is_lost_whole():
    assert {noise.change_case("Le Tchad", Random(n)) for n in range(20)} == {"LE TCHAD", "le tchad"}


def test_accents_are_lost_and_letters_stay():
    assert (
        noise.drop_accents("Équipement, señal, forçat, naïf", Random(0)) == "Equipement, senal, forcat, naif"
    )


def test_few_letters_are_mistyped():
    typed = noise.mistype(TEXT * 50, Random(1))
    assert typed != TEXT * 50
    assert abs(len(typed) - len(TEXT * 50)) < 0.02 * len(TEXT * 50)


def test_a_scan_confuses_letters_and_breaks_words():
    scanned = noise.scan_badly(TEXT * 50, Random(1))
    assert "-\n" in scanned
    assert scanned.replace("-\n", "") != TEXT * 50


def test_the_bullets_of_a_list_change_together():
    text = "Needs:\n- cars\n- radios"
    changed = {noise.change_bullets(text, Random(n)) for n in range(60)}
    assert "Needs:\n• cars\n• radios" in changed
    assert "Needs:\ncars\nradios" in changed
    assert all(each.startswith("Needs:\n") for each in changed)


def test_lines_are_wrapped_between_words():
    wrapped = noise.wrap_lines(TEXT, Random(1))
    assert wrapped.replace("\n", " ") == TEXT
    assert max(map(len, wrapped.split("\n"))) <= 90


def test_marks_stay_with_their_passages(few_answers):
    for number, labelled in enumerate(few_answers):
        damaged = noise.damage_answer(labelled, [noise.drop_accents, noise.change_case], Random(number))
        for before, after in zip(labelled.passages, damaged.passages, strict=True):
            was = noise.drop_accents(labelled.answer.text[before.start : before.end], Random(0))
            assert damaged.answer.text[after.start : after.end].casefold() == was.casefold()
            assert before.tags == after.tags


@given(st.text(max_size=200), st.integers(0, 100))
def test_no_text_breaks_a_damage(text, seed):
    for damage in noise.DAMAGES:
        assert isinstance(damage(text, Random(seed)), str)


@given(st.integers(0, 1000))
def test_passages_stay_in_order_within_the_text_whatever_the_damage(few_answers, seed):
    chance = Random(seed)
    labelled = chance.choice(few_answers)
    damaged = noise.damage_answer(labelled, chance.sample(noise.DAMAGES, 3), chance)
    end = 0
    for passage in damaged.passages:
        assert end <= passage.start < passage.end <= len(damaged.answer.text)
        end = passage.end
