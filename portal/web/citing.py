"""How to cite one figure, as text and as BibTeX, and the row of the archived file as it stands."""

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice, zip_longest
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


def archived_row(
    path: Path | None, row: int | None, column: str, *, ours: bool
) -> list[tuple[str, str]]:
    """Return the cells of a row of an archived CSV file by header; none when it is too long.

    In our own transcriptions rows count from 1 below the header; in publishers' files from 1 as
    the file stands, and the header is the nearest record above that holds the column.
    """
    if path is None or not row or path.suffix != ".csv" or path.stat().st_size > SHOWN_BYTES:
        return []
    number = row + 1 if ours else row
    try:
        lines = list(islice(csv.reader(io.StringIO(_text(path), newline="")), number))
    except csv.Error:
        return []
    if len(lines) < number:
        return []
    above = [line for line in lines[: number - 1] if ours or column in line]
    header = above[0 if ours else -1] if above else []
    pairs = zip_longest(header, lines[number - 1], fillvalue="")
    return [(name.strip() or "no heading", cell) for name, cell in pairs if cell.strip()]


def _text(path: Path) -> str:
    """A file's text; older files of the government are in the encoding of their machines."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
