"""Makes the picture of a terminal from real output: python -m docs.make_pictures."""

import io
import re
from pathlib import Path

from rich.console import Console

from nlp.tagging import Tagger
from service.run import read_files, tag_items
from service.terminal import print_records

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Tag an example and draw what the terminal shows."""
    items = read_files([ROOT / "examples" / "madagascar-tip-2008.json"], columns={})
    first = [item for item, _ in zip(items, range(3), strict=False)]
    console = Console(record=True, width=88, file=io.StringIO())
    print_records(tag_items(first, Tagger(), "fr"), console, "fr")
    drawn = console.export_svg(title="needtag tag madagascar-tip-2008.json --lang fr", unique_id="needtag")
    # Without the fonts that a reader's browser would fetch from elsewhere.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    (ROOT / "docs" / "tagging.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
