"""TF-IDF of words and of characters, all languages together, and a linear support vector machine a label."""

from collections.abc import Sequence
from importlib.metadata import version

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from evaluation.peers.contract import SEED, Scores, Task, Text, Trained, main


def train(task: Task) -> Trained:
    """Train with scikit-learn's defaults; a score is the distance from the separating plane."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    machines = OneVsRestClassifier(LinearSVC(random_state=SEED))
    model = make_pipeline(make_union(words, characters), machines)
    there = np.array([[label in text.labels for label in task.labels] for text in task.train])
    model.fit([text.text for text in task.train], there.astype(int))
    file = task.folder / "model.joblib"
    joblib.dump(model, file)

    def score(texts: Sequence[Text]) -> Scores:
        scores: Scores = model.decision_function([text.text for text in texts]).tolist()
        return scores

    return Trained(score, f"scikit-learn {version('scikit-learn')}", file)


if __name__ == "__main__":
    main(train)
