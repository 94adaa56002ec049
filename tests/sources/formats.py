"""Formats that publishers use, for the scripts that make recordings: CSV, zip, XLSX, pages."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).parent
Pages = dict[str, tuple[str, bytes]]
Cells = Sequence[Sequence[object]]


def save(source: str, pages: Pages) -> None:
    """Write {address: (file, content)} into a source's folder."""
    folder = HERE / source
    folder.mkdir(exist_ok=True)
    for name, content in pages.values():
        (folder / name).write_bytes(content)
    listed = {address: name for address, (name, _) in pages.items()}
    (folder / "recordings.json").write_text(json.dumps(listed, indent=1) + "\n", "utf-8")


def as_csv(rows: Cells, end: str = "\n", mark: bool = False) -> bytes:
    """Rows as CSV, with the line end and byte order mark of the publisher."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")


def as_zip(files: dict[str, bytes]) -> bytes:
    """A zip that is the same whenever it is made."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, each in files.items():
            made.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), each)
    return content.getvalue()


def links(*addresses: str) -> bytes:
    """A page that names files."""
    named = "".join(f'<li><a href="{each}">Download</a></li>' for each in addresses)
    return f"<!doctype html><title>Report</title><ul>{named}</ul>".encode()


def letter(at: int) -> str:
    """The letter of a column."""
    return (letter(at // 26 - 1) if at > 25 else "") + chr(65 + at % 26)


def as_xlsx(sheets: dict[str, Cells]) -> bytes:
    """A workbook; a cell (formula, value) is a formula with its cached value."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    numbered = list(enumerate(sheets.items(), 1))
    named = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, (name, _) in numbered
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n, _ in numbered
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n, _ in numbered
    )
    return as_zip({
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
        '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{parts}'
        "</Types>".encode(),
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{named}</sheets>'
        "</workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{related}'
        "</Relationships>".encode(),
        **{
            f"xl/worksheets/s{n}.xml": f'<worksheet xmlns="{main}"><sheetData>{_rows(rows)}'
            "</sheetData></worksheet>".encode()
            for n, (_, rows) in numbered
        },
    })  # fmt: skip


def _rows(rows: Cells) -> str:
    return "".join(
        f'<row r="{n}">'
        + "".join(_cell(f"{letter(at)}{n}", c) for at, c in enumerate(row))
        + "</row>"
        for n, row in enumerate(rows, 1)
    )


def _cell(at: str, cell: object) -> str:
    if cell == "":
        return ""
    if isinstance(cell, tuple):
        return f'<c r="{at}"><f>{cell[0]}</f><v>{cell[1]}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{at}"><v>{cell}</v></c>'


def save_all(*made: Callable[[], Pages]) -> None:
    """Write the recordings of several sources; each function has the source's name."""
    for make in made:
        save(make.__name__, make())
