"""No library tells anybody that needtag is used."""

import subprocess
import sys

CODE = """
from nlp.answers import Answer
from nlp.tagging import Tagger
Tagger().tag(Answer("a", "Kenya asks for the training of its prosecutors."))
"""


def test_onnxruntime_begins_no_session_of_telemetry(tmp_path, monkeypatch):
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    subprocess.run([sys.executable, "-c", CODE], check=True)
    # It keeps an id of the session there, before it asks the network.
    assert list(tmp_path.iterdir()) == []
