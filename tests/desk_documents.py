"""Documents for the tests of the desk, made by code: a clean table, a hidden sheet, persons."""

import io
import zipfile

from openpyxl import Workbook

CSV = b"Force,2022,2023\nKent Police,41,57\nEssex Police,38,66\n"
ROWS = (("Force", "2022", "2023"), ("Kent Police", 41, 57), ("Essex Police", 38, 66))
SECRET = "CANARY-7431"
PERSONS = b"Force,Contact,Requests\nKent Police,Mr John Smith,41\nEssex Police,PC 1234 Jones,38\n"


def workbook(hidden: str = "", rows: tuple[tuple[object, ...], ...] = ROWS) -> bytes:
    """An XLSX with one table; with `hidden`, that text stands on a hidden sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Answer"
    for row in rows:
        sheet.append(row)
    if hidden:
        other = book.create_sheet("Staff")
        other.sheet_state = "hidden"
        other.append(["Name", hidden])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**files: bytes) -> bytes:
    """A zip of files; an underscore in a name stands for its dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in files.items():
            package.writestr(name.replace("_", "."), content)
    return out.getvalue()
