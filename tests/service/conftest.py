"""The needtag command, run by tests."""

import sys

import pytest

from service import cli


@pytest.fixture
def needtag(monkeypatch, capsys):
    """Run the command in this process; gives exit code, output and errors."""

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["needtag", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code or 0, *capsys.readouterr()

    return run_command
