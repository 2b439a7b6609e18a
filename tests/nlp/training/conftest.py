"""A network that is real and tiny."""

import pytest


@pytest.fixture
def tiny_network(tiny_encoder):
    from nlp.models import taxonomy_labels
    from nlp.training.network import PassageNetwork

    return PassageNetwork(tiny_encoder, taxonomy_labels())
