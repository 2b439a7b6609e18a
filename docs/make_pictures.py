"""Makes pictures from real output, of a terminal and of an overview: python -m docs.make_pictures."""

import io
import re
from pathlib import Path

from rich.console import Console

from nlp.tagging import Tagger
from service.overview.charts import charts, picture
from service.overview.figures import draw
from service.overview.files import read_file
from service.overview.overview import make_overview
from service.overview.writer import Writer
from service.run import read_files, tag_items
from service.terminal import print_records

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Make both."""
    draw_terminal()
    draw_overview()


def draw_terminal() -> None:
    """Tag an example and draw what the terminal shows."""
    items = read_files([ROOT / "examples" / "madagascar-tip-2008.json"], columns={})
    first = [item for item, _ in zip(items, range(3), strict=False)]
    console = Console(record=True, width=88, file=io.StringIO())
    print_records(tag_items(first, Tagger(), "fr"), console, "fr")
    drawn = console.export_svg(title="needtag tag madagascar-tip-2008.json --lang fr", unique_id="needtag")
    # Without the fonts that a reader's browser would fetch from elsewhere.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    (ROOT / "docs" / "tagging.svg").write_text(drawn, encoding="utf-8")


def draw_overview() -> None:
    """Draw the first figure of the overview of 2009."""
    overview = make_overview(read_file(ROOT / "examples" / "register-2009.jsonl"))
    chart = charts(overview, "en")[0]
    drawn = draw(chart, "en", "svg", picture(chart, Writer(overview, "en")).alternative)
    (ROOT / "docs" / "overview.svg").write_bytes(drawn)


if __name__ == "__main__":
    main()
