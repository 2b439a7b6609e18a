"""Text in, tags out: taxonomy, languages, passages, States, models. No database, no HTTP."""

import os

# onnxruntime would tell its makers that it is used, as soon as it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
