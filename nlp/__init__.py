"""Text in, tags out: taxonomy, languages, passages, States, models. No database, no HTTP."""
