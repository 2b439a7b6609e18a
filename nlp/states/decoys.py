"""Tells a State from what only looks like one: persons, places, currencies, languages, common words."""

from nlp.states.forms import Form
from nlp.states.scene import Candidate, Scene, rules

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


def _is_other_word(scene: Scene, candidate: Candidate) -> bool:
    """Lower case or capitals where they make another word: "turkey", "US" in a line of capitals."""
    key, written = scene.key(candidate), scene.written(candidate)
    if candidate.form.kind == "abbreviation" and any(letter.islower() for letter in written):
        return True
    if key in rules()["not_among_capitals"] and written.isupper():
        line = scene.words.line(candidate.first)
        return line.isupper() and len(line.split()) > 2
    if key not in rules()["needs_capital"] or scene.words.is_capitalised(candidate.first):
        return False
    if scene.is_listed(candidate) or scene.language(candidate) == rules()["small_in"].get(key, "none"):
        return False
    return scene.has_capitals or key in rules()["always_needs_capital"]


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
    words, head = scene.words, scene.head(candidate)
    directly = head == candidate.first - 1
    if directly and scene.written(candidate).islower() and scene.key(candidate).endswith("a"):
        return False  # an adjective: "la provincia argentina"
    if words.at(head) in rules()["places_before"]:
        return directly or words.at(head - 1) not in rules()["indefinite"]
    if words.at(head) == "place":  # "place d'Italie", but "mise en place du Mali"
        return words.at(head - 1) not in ("en", "in", "sur", "prendre", "prend")
    if directly and words.at(head) in rules()["names_before"] and words.is_capitalised(head):
        return True
    after = scene.after(candidate)
    return after in rules()["waters_after"] or (
        after in rules()["places_after"] and words.is_capitalised(candidate.end)
    )


def _is_continent(scene: Scene, candidate: Candidate) -> bool:
    """America as a whole: "Latin American", "Organization of American States", "países americanos"."""
    following = scene.starting.get(candidate.end)
    if following is not None and following.form == _AMERICAN:  # the first half of "hispano-américain"
        return scene.key(candidate) in rules()["continent"]
    beside = {scene.before(candidate), scene.after(candidate)}
    return candidate.form == _AMERICAN and not rules()["continent"].isdisjoint(beside)


def _is_homonym(scene: Scene, candidate: Candidate) -> bool:
    """Cities and provinces of that name, told by a neighbouring place that the text names as well."""
    neighbours = rules()["homonyms"].get(scene.key(candidate), ())
    return any(neighbour in scene.vocabulary for neighbour in neighbours)


def _is_namesake(scene: Scene, candidate: Candidate) -> bool:
    """A place of that name in the State that follows: "Georgia (US)", "Granada, Nicaragua" outside a list."""
    following = scene.starting.get(candidate.end + 1)
    if following is None or following.form.code not in rules()["namesakes"].get(candidate.form.code, ()):
        return False
    listed = scene.before(candidate) in (",", ";", "(") or scene.after(following) in (",", "and", "et", "y")
    return scene.after(candidate) == "(" or (scene.after(candidate) == "," and not listed)


def _is_currency(scene: Scene, candidate: Candidate) -> bool:
    """Money: "US dollars", "francs suisses", "dólares de los Estados Unidos", "US$"."""
    before = scene.before(candidate)
    if candidate.first in scene.words.hyphened:  # "franco-malien"
        return False
    counted = before[-1:].isdigit() or before in ("en", "mil")
    if counted and scene.key(candidate) in rules()["currency_demonyms"]:
        return True
    beside = (scene.words.at(scene.head(candidate)), scene.after(candidate))
    return any(word in rules()["currencies"] for word in beside)


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
            return candidate.form.kind == "name" or (abbreviated and scene.written(candidate).istitle())
        if not words.is_capitalised(index) or words.at(index) in rules()["institutions"]:
            return False
        index -= 1
    return False


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
    if after >= len(words) or words.at(after) in rules()["institutions"]:
        return False
    gap = words.text[words.ends[after - 1] : words.starts[after]]
    name = words.written(after)
    if not gap.isspace() or "\n" in gap or not name[0].isupper():
        return False
    if after in scene.starting:  # "one Jordan Cuba", but "the Chad Sudan border"
        return scene.before(candidate) in rules()["indefinite"] or _is_followed_by_capital(scene, after)
    return not name.isupper() or (len(name) == 1 and words.at(after + 1) == ".")


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
    _is_other_word,
    _is_of_another_language,
    _is_place,
    _is_continent,
    _is_homonym,
    _is_namesake,
    _is_currency,
    _is_quoted,
    _is_own_acronym,
)
