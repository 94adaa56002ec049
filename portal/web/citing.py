"""How to cite one figure, as text and as BibTeX, and the row of the archived file as it stands."""

import csv
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from portal.store.reading.observations import FigurePage
from portal.web.edition import Edition
from portal.web.rendering import unit_words, value_text

# Longer files are shown on their own page only: reading one must not hold up another reader.
SHOWN_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Citation:
    """One figure's citation in both forms."""

    text: str
    bibtex: str


def cite(page: FigurePage, edition: Edition, site: str) -> Citation:
    """Return a citation of a figure that names publisher, page, edition and address."""
    figure, source = page.figure, page.source
    said = " ".join(part for part in (value_text(figure), unit_words(figure)) if part)
    place = f", {figure.page}" if figure.page else ""
    year = f" ({source['year']})" if source["year"] else ""
    address = f"{site.rstrip('/')}/observations/{figure.id}"
    read = f"{figure.measure_label}, {figure.period}: {said}"
    held = f"Retention Watch, edition {edition.number}, figure {figure.id}"
    text = f"{source['publisher']}{year}: {source['title']}{place}. {read}. {held}. {address}"
    fields = {
        "author": f"{{{_tex(source['publisher'])}}}",
        "title": _tex(source["title"]),
        "year": _tex(source["year"]),
        "note": _tex(f"{figure.page + '. ' if figure.page else ''}{read}. {held}"),
        "url": address,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return Citation(text, "\n".join([f"@misc{{retention-watch-{figure.id},", *lines, "}"]))


def _tex(text: str) -> str:
    return re.sub(r"([\\{}&%$#_^~])", r"\\\1", text)


def archived_row(path: Path | None, row: int | None) -> list[tuple[str, str]]:
    """Return the cells of a row of an archived CSV file by header; none when it is too long."""
    if path is None or not row or path.suffix != ".csv" or path.stat().st_size > SHOWN_BYTES:
        return []
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        header = next(lines, [])
        found = next(islice(lines, row - 1, None), [])
    return [(name, cell) for name, cell in zip(header, found, strict=False) if cell]
