"""Tells a State from what only looks like one: persons, places, currencies, languages, common words."""

from nlp.states.forms import Form
from nlp.states.money import is_currency
from nlp.states.scene import Candidate, Scene, rules

_NEAR = 6  # words between a city and its neighbour: "Armenia, departamento del Quindío"
_AMERICAN = Form("USA", "people")
_OPENING = frozenset("\"«“‘„'")
_CLOSING = frozenset("\"»”’“'")


def is_decoy(scene: Scene, candidate: Candidate) -> bool:
    """Whether the words around the candidate show that no State is meant.

    To be asked of a text's candidates in their order: a family name is known by the first name before it.
    """
    if candidate.end in scene.languages:
        return True
    if _is_person(scene, candidate):
        scene.persons.add(candidate.end)
        return True
    return any(is_other(scene, candidate) for is_other in _OTHERS)


def _is_small_abbreviation(scene: Scene, candidate: Candidate) -> bool:
    """Letters that are no abbreviation in lower case: "help us", but "the us embassy"."""
    if scene.key(candidate) == "us" and scene.before(candidate) == "the":
        return False
    return candidate.form.kind == "abbreviation" and any(map(str.islower, scene.written(candidate)))


def _is_small_word(scene: Scene, candidate: Candidate) -> bool:
    """Another word in lower case: "turkey", but "from turkey" and lists in a text without any capitals."""
    key = scene.key(candidate)
    if key not in rules()["needs_capital"] or scene.words.is_capitalised(candidate.first):
        return False
    language = scene.language(candidate)
    if scene.is_listed(candidate) or language == rules()["small_in"].get(key, "none"):
        return False
    if scene.has_capitals:
        return True
    other_word = language in rules()["always_needs_capital"].get(key, ())
    return other_word and scene.before(candidate) not in ("from", "to", "in", "by")


def _is_word_in_capitals(scene: Scene, candidate: Candidate) -> bool:
    """Another word in a line of capitals: "TRAIN US AND STAFF", but "THE US" and "US, UK"."""
    key, line = scene.key(candidate), scene.words.line(candidate.first)
    languages = rules()["not_among_capitals"].get(key)
    if languages is None or not line.isupper() or len(line.split()) <= 2:
        return False
    if scene.is_listed(candidate) or (key == "us" and scene.before(candidate) == "the"):
        return False
    return scene.language(candidate) in languages


def _is_of_another_language(scene: Scene, candidate: Candidate) -> bool:
    """Forms that are States in one language only: "Maurice" in French, "Mauricio" in Spanish."""
    key = scene.key(candidate)
    if key in rules()["needs_article"] and scene.before(candidate) not in ("la", "le", "du", "au", "el"):
        return not scene.is_listed(candidate)
    languages = rules()["only_in"].get(key)
    if languages is None:
        return False
    return scene.language(candidate) not in (*languages, None) or (
        languages == ["en"] and not scene.written(candidate).isascii()  # "Germán"
    )


def _is_place(scene: Scene, candidate: Candidate) -> bool:
    """Lakes, streets, cities: "Lake Chad", "calle Perú", "Guatemala City"."""
    if candidate.form.kind == "people":
        return False
    words, head = scene.words, scene.head(candidate.first)
    directly = head == candidate.first - 1
    if directly and scene.written(candidate).islower() and scene.key(candidate).endswith("a"):
        return False  # an adjective: "la provincia argentina"
    if words.at(head) in rules()["places_before"]:
        return directly or not _is_in_state(scene, head)
    if words.at(head) == "place":  # "place d'Italie", but "mise en place du Mali"
        return words.at(head - 1) not in ("en", "in", "sur", "prendre", "prend")
    if directly and words.at(head) in rules()["names_before"] and words.is_capitalised(head):
        return True
    after = scene.after(candidate)
    return after in rules()["waters_after"] or (
        after in rules()["places_after"] and words.is_capitalised(candidate.end)
    )


def _is_in_state(scene: Scene, place: int) -> bool:
    """Whether the place lies in the State named behind it: "a port of Kenya", "Lofa County of Liberia"."""
    words, before = scene.words, scene.words.at(place - 1)
    has_name = words.is_capitalised(place - 1) and before not in rules()["linkers"]
    return before in rules()["indefinite"] or (
        words.at(place) in rules()["divisions"] and words.is_capitalised(place) and has_name
    )


def _is_second_place(scene: Scene, candidate: Candidate) -> bool:
    """The second of two names behind places in the plural: "the rivers Niger and Senegal"."""
    joint = scene.head(candidate.first)
    if scene.words.at(joint) not in ("and", "et", "y", "e"):
        return False
    first = scene.ending[joint].first if joint in scene.ending else joint - 1
    places = scene.words.at(scene.head(first))
    return places.endswith("s") and places in rules()["places_before"]


def _is_continent(scene: Scene, candidate: Candidate) -> bool:
    """America as a whole: "Latin American", "Organization of American States", "países americanos"."""
    following = scene.starting.get(candidate.end)
    if following is not None and following.form == _AMERICAN:  # the first half of "hispano-américain"
        return scene.key(candidate) in rules()["continent"]
    beside = {scene.before(candidate), scene.after(candidate)}
    return candidate.form == _AMERICAN and not rules()["continent"].isdisjoint(beside)


def _is_homonym(scene: Scene, candidate: Candidate) -> bool:
    """Cities and provinces of that name, told by a neighbouring place that stands near."""
    neighbours = rules()["homonyms"].get(scene.key(candidate), ())
    return bool(neighbours) and not scene.near(candidate, _NEAR).isdisjoint(neighbours)


def _is_namesake(scene: Scene, candidate: Candidate) -> bool:
    """A place of that name in the State that follows: "Georgia (US)", "Granada, Nicaragua" outside a list.

    A town before it tells as well: "Macon, Georgia, USA".
    """
    following = scene.starting.get(candidate.end + 1)
    if following is None or following.form.code not in rules()["namesakes"].get(candidate.form.code, ()):
        return False
    before, town = scene.before(candidate), candidate.first - 1
    if before in (",", "(") and scene.words.written(town - 1).istitle() and town not in scene.ending:
        return scene.after(candidate) in (",", "(")
    listed = before in (",", ";", "(") or scene.after(following) in (",", "and", "et", "y")
    return scene.after(candidate) == "(" or (scene.after(candidate) == "," and not listed)


def _is_person(scene: Scene, candidate: Candidate) -> bool:
    """First names and family names: "Jordan Peters", "Mr. Chad Brown", "el señor Israel Gómez"."""
    if not scene.words.is_capitalised(candidate.first) or candidate.form.kind == "abbreviation":
        return False
    if candidate.first in scene.persons or _follows_title(scene, candidate):
        return True
    if candidate.form.kind == "name" and _follows_first_name(scene, candidate):
        return True
    if scene.key(candidate) not in rules()["given_names"] or scene.before(candidate) in ("in", "au", "aux"):
        return False
    return _precedes_family_name(scene, candidate)


def _follows_title(scene: Scene, candidate: Candidate) -> bool:
    """Whether a title stands before the candidate, directly or with one or two other names between."""
    words, index = scene.words, candidate.first - 1
    for _ in range(3):
        stopped = words.at(index) == "."
        title = words.at(index - stopped)
        abbreviated = title in rules()["title_abbreviations"]
        if title in rules()["titles"] and (
            words.is_capitalised(index - stopped) if abbreviated else not stopped
        ):
            if title in rules()["given_titles"] and index == candidate.first - 1:
                return _can_be_first_name(scene, candidate)
            return candidate.form.kind == "name" or (abbreviated and scene.written(candidate).istitle())
        if not words.is_capitalised(index) or words.at(index) in rules()["institutions"]:
            return False
        index -= 1
    return False


def _can_be_first_name(scene: Scene, candidate: Candidate) -> bool:
    """Whether a person may be called so: "named Kenya", "doña Alemania Torres", not "called Swaziland"."""
    return scene.key(candidate) in rules()["given_names"] or _precedes_family_name(scene, candidate)


def _follows_first_name(scene: Scene, candidate: Candidate) -> bool:
    """Whether a first name, or an initial within the line, stands before the candidate."""
    words, before = scene.words, candidate.first - 1
    if words.is_capitalised(before) and words.at(before) in rules()["first_names"]:
        return words.at(before - 1) not in ("san", "santa", "saint", "st")  # "San José Costa Rica"
    initial = words.written(before - 1)
    if words.at(before) != "." or len(initial) != 1 or not initial.isupper() or before < 2:
        return False
    return "\n" not in words.text[words.ends[before - 2] : words.starts[before - 1]]


def _precedes_family_name(scene: Scene, candidate: Candidate) -> bool:
    words, after = scene.words, candidate.end
    if after >= len(words) or _is_institution(scene, after):
        return False
    gap = words.text[words.ends[after - 1] : words.starts[after]]
    name = words.written(after)
    if not gap.isspace() or "\n" in gap or not name[0].isupper():
        return False
    if after in scene.starting:  # "one Jordan Cuba", but "the Chad Sudan border"
        return scene.before(candidate) in rules()["indefinite"] or _is_followed_by_capital(scene, after)
    return not name.isupper() or (len(name) == 1 and words.at(after + 1) == ".")


def _is_institution(scene: Scene, index: int) -> bool:
    """Whether the word, or one of two more in capitals, tells of an institution: "Wildlife Service"."""
    words, row = scene.words, index
    while row < index + 2 and words.is_capitalised(row + 1) and words.at(row) not in rules()["institutions"]:
        row += 1
    same_line = "\n" not in words.text[words.starts[index] : words.starts[row]]
    return same_line and words.at(row) in rules()["institutions"]


def _is_followed_by_capital(scene: Scene, index: int) -> bool:
    following = scene.starting[index].end
    return scene.words.is_capitalised(following) and following not in scene.starting


def _is_quoted(scene: Scene, candidate: Candidate) -> bool:
    """A name alone in quotation marks: a shop, a ship, a word that is spoken of."""
    if candidate.form.kind == "people":
        return False
    before = candidate.first - 1
    if scene.words.at(before) in ("la", "el", "le"):
        before -= 1
    return scene.words.at(before) in _OPENING and scene.after(candidate) in _CLOSING


def _is_own_acronym(scene: Scene, candidate: Candidate) -> bool:
    """Letters that the text itself explains as something else."""
    return candidate.form.kind == "abbreviation" and scene.key(candidate) in scene.own_acronyms


_OTHERS = (
    _is_small_abbreviation,
    _is_small_word,
    _is_word_in_capitals,
    _is_of_another_language,
    _is_place,
    _is_second_place,
    _is_continent,
    _is_homonym,
    _is_namesake,
    is_currency,
    _is_quoted,
    _is_own_acronym,
)
