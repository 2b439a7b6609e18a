"""needtag's default model, as it comes: already trained, with bands of its own."""

from collections.abc import Sequence

from corpus.reader import corpus_hash
from evaluation.peers.contract import Scores, Task, Text, Trained, main
from nlp.answers import Answer
from nlp.models.storage import DEFAULT, DEFAULT_FOLDER, trained_on
from nlp.tagging import TaggedAnswer, Tagger


def train(task: Task) -> Trained:
    """Load the model; a label scores 1 if it is requested in the bands `safe` and `suggest`, else 0."""
    tagger = Tagger()

    def row(tagged: TaggedAnswer) -> list[float]:
        found = {tag.code for tag in tagged.tags if tag.stance == "requested" and tag.band != "unsure"}
        return [float(label in found) for label in task.labels]

    def score(texts: Sequence[Text]) -> Scores:
        return [row(tagged) for tagged in tagger.tag_all(Answer(text.id, text.text) for text in texts)]

    cap = "" if trained_on(DEFAULT) == corpus_hash() else "an earlier state of the corpus"
    return Trained(score, tagger.model.id.version, DEFAULT_FOLDER, cap, threshold=0.5, ready=True)


if __name__ == "__main__":
    main(train)
