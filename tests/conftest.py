"""What many tests need: a few real answers, and a model trained on them."""

import pytest
from hypothesis import settings

from corpus.reader import read_corpus
from nlp.models import load_model
from nlp.tagging import Tagger
from nlp.training.linear import train_linear

# Nothing is timed: a busy machine is no fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def few_answers():
    """Some 60 labelled answers of the corpus in three languages."""
    return read_corpus("train")[::60]


@pytest.fixture(scope="session")
def small_model(few_answers):
    """A linear model that has learned little, but in every way that a large one has."""
    return train_linear(few_answers, few_answers, few_answers, jobs=1)


@pytest.fixture(scope="session")
def tagger():
    """The default model at work."""
    return Tagger(load_model())
