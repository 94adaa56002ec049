"""Reading the tables of a page, with cells that span rows and columns."""

import re
from collections.abc import Mapping, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode


def html_tables(content: bytes) -> list[list[list[str]]]:
    """Return the tables of a page in order, each as rows of cells.

    A cell that spans rows or columns is repeated in each. A table inside another is one of its own.
    """
    page = LexborHTMLParser(content)
    tables = page.css("table")
    found: dict[int, list[LexborNode]] = {table.mem_id: [] for table in tables}
    for row in page.css("table tr"):
        above = row.parent
        while above is not None and above.tag != "table":
            above = above.parent
        if above is not None:
            found[above.mem_id].append(row)
    return [_unspanned(found[table.mem_id]) for table in tables]


def _unspanned(rows: Sequence[LexborNode]) -> list[list[str]]:
    table: list[list[str]] = []
    held: dict[int, tuple[str, int]] = {}  # column -> text and rows for which it still stands
    for row in rows:
        cells: list[str] = []
        for cell in (node for node in row.iter() if node.tag in ("td", "th")):
            _fill(cells, held)
            text = " ".join(cell.text(separator=" ").split())
            wide, high = (_span(cell, name) for name in ("colspan", "rowspan"))
            for _ in range(wide):
                held[len(cells)] = text, high
                cells.append(text)
        _fill(cells, held)
        held = {at: (text, left - 1) for at, (text, left) in held.items() if left > 1}
        table.append(cells)
    return table


def _fill(cells: list[str], held: Mapping[int, tuple[str, int]]) -> None:
    while len(cells) in held:
        cells.append(held[len(cells)][0])


def _span(cell: LexborNode, name: str) -> int:
    text = (cell.attributes.get(name) or "1").strip()
    return min(int(text), 1000) if re.fullmatch(r"[1-9][0-9]{0,3}", text) else 1


def headed_tables(content: bytes) -> list[tuple[dict[int, str], list[list[str]]]]:
    """Return each table of a page with the headings above it: {2: `Requests by country`, 4: ...}.

    A heading ends those below its own level. The tables are those of `html_tables`, in its order.
    """
    page, headings, above = LexborHTMLParser(content), {}, []
    for node in page.root.traverse() if page.root else ():
        if node.tag and re.fullmatch("h[1-6]", node.tag):
            level = int(node.tag[1])
            headings = {n: text for n, text in headings.items() if n < level}
            headings[level] = " ".join(node.text(separator=" ").split())
        elif node.tag == "table":
            above.append(dict(headings))
    return list(zip(above, html_tables(content), strict=True))
