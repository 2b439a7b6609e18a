"""The needtag command, run by tests; a provider of OpenID Connect."""

import sys

import pytest

from service import cli
from tests.service.openid_provider import Provider


@pytest.fixture
def needtag(monkeypatch, capsys):
    """Run the command in this process; gives exit code, output and errors."""

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["needtag", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code or 0, *capsys.readouterr()

    return run_command


@pytest.fixture(scope="session")
def serving_provider():
    """A provider of our own that runs for all tests."""
    with Provider().running() as started:
        yield started


@pytest.fixture
def provider(serving_provider):
    """The same, honest again; it knows Rita."""
    serving_provider.be_honest()
    return serving_provider
