"""The page on operations names every setting as it is."""

from pathlib import Path

from pydantic import SecretStr

from service.settings import Settings, variable_of

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
BEGIN, END = "<!-- settings: a test holds this table to service/settings.py -->", "<!-- settings end -->"


def table():
    """All settings in a table of Markdown, with their defaults."""
    lines = ["| variable | default | what it is for |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        assert not isinstance(field.default, SecretStr)
        default = "" if field.default in {None, ""} else f"`{field.default}`"
        lines.append(f"| `{variable_of(name)}` | {default} | {field.description} |")
    return "\n".join(lines)


def test_the_page_has_every_setting_with_its_default():
    there = PAGE.read_text("utf-8").split(BEGIN)[1].split(END)[0].strip()
    assert there == table(), f"lay this between the two remarks in {PAGE}:\n\n{table()}"
