"""Tells adjectives that name languages ("in French", "langue malgache") from those that name States."""

from nlp.states.scene import Candidate, Scene, languages_inflected, rules

_LISTED = 6  # languages at most that are passed on the way to a noun
_PASSED = frozenset({"de", "but", "not", "mais", "pas", "pero", "no"})  # "Arabic but not French"


def mark_languages(scene: Scene) -> None:
    """Marks the adjectives that name languages, and those listed beside one: "Arabic, French and Spanish"."""
    people = [candidate for candidate in scene.starting.values() if candidate.form.kind == "people"]
    scene.languages = {candidate.end for candidate in people if _is_language(scene, candidate)}
    listed = [candidate for candidate in people if scene.key(candidate) in rules()["languages"]]
    for candidate in (*listed, *reversed(listed)):
        if _is_beside_language(scene, candidate) and not _qualifies(scene, candidate):
            scene.languages.add(candidate.end)


def _is_language(scene: Scene, candidate: Candidate) -> bool:
    before, after = scene.before(candidate), scene.after(candidate)
    if before in rules()["language_nouns"] or after in rules()["language_nouns"]:
        return True
    compound = not scene.words.hyphened.isdisjoint((candidate.first, candidate.end))
    if not compound and (before in rules()["dialects"] or after in rules()["dialects"]):
        return True
    key = scene.key(candidate)
    if key not in languages_inflected():
        return False
    if after in rules()["language_after"]:
        return True
    if scene.words.at(scene.head(candidate.first)) in rules()["language_heads"]:
        return key in rules()["languages"] or before in rules()["language_heads"]
    return key in rules()["languages"] and _is_language_alone(scene, candidate)


def _is_language_alone(scene: Scene, candidate: Candidate) -> bool:
    """Whether the adjective stands for a noun: "in French", "en français", "le français", "al español"."""
    before = scene.before(candidate)
    if before == "en":
        return True
    written = scene.written(candidate)
    if before in rules()["language_articles"]:
        return written.islower() or written.isupper()  # "le Français" is a person
    if scene.words.is_capitalised(candidate.first):
        translated = before in ("from", "to") and not rules()["translating"].isdisjoint(
            scene.words.folded[max(0, candidate.first - 6) : candidate.first]
        )
        return (translated or before in ("in", "into")) and not _qualifies(scene, candidate)
    return False


def _qualifies(scene: Scene, candidate: Candidate) -> bool:
    """Whether an English adjective or its list stands before a noun: "French and Dutch police"."""
    if not scene.words.is_capitalised(candidate.first):
        return False
    after = candidate.end
    for _ in range(_LISTED):
        joints = 0
        while scene.words.at(after + joints) in rules()["coordinators"] and joints < 2:
            joints += 1
        if joints == 0 or scene.words.at(after + joints) not in languages_inflected():
            break
        after += joints + 1
    noun = scene.words.at(after)
    no_noun = rules()["function_words"] | rules()["language_after"] | rules()["coordinators"]
    return noun.isalpha() and noun not in no_noun


def _is_beside_language(scene: Scene, candidate: Candidate) -> bool:
    """Whether only commas and "and" lie between the candidate and another language."""
    before, after = scene.beside(candidate, rules()["coordinators"] | _PASSED)
    if before < candidate.first - 1 and (
        scene.words.at(before) in rules()["other_languages"] or before + 1 in scene.languages
    ):
        return True
    following = scene.starting.get(after)
    return after > candidate.end and (
        scene.words.at(after) in rules()["other_languages"]
        or (following is not None and following.end in scene.languages)
    )
