"""Lists of an old workbook: what its cells offer to choose from, and the arrows that open them."""

import re
import struct

from portal.desk.inspection import ordinary
from portal.desk.inspection.buried import plain_text
from portal.desk.inspection.findings import Report

FILTER, LISTS, OBJECT = 0x009D, 0x01B2, 0x005D
_DROP = 0x14


def arrows(kind: int, body: bytes) -> int:
    """Count arrows of lists: more than filters and lists of cells have is a control of its own."""
    if kind == OBJECT and len(body) >= 6:
        return int(struct.unpack_from("<H", body, 4)[0] == _DROP)
    if kind == FILTER and len(body) >= 2:
        return -int(struct.unpack_from("<H", body)[0])
    return -1 if kind == LISTS else 0


def judge(lists: list[bytes], report: Report) -> None:
    """Note words of lists, and tips, that no visible cell says."""
    seen = {_plain(cell.text) for table in report.tables for cell in table.cells}
    for body in lists:
        if len(body) < 4:
            continue
        texts, at = _tips(body)
        # the string token of the formula is followed by its length, flags and letters
        rest = body[at:]
        if b"\x17" in rest:
            texts += re.split(r"[\0\n,]", _words(rest[rest.index(b"\x17") + 1 :]))
        unseen = [t for t in texts if _plain(t) not in seen and not ordinary.answers(t)]
        report.hidden("data_validation_list", "list", "\n".join(unseen), len(unseen))


def _tips(body: bytes) -> tuple[list[str], int]:
    """Return title and text of prompt and error, and where the formulas begin."""
    texts, at = [], 4
    for _ in range(4):
        if at + 3 > len(body):
            return [*texts, plain_text(body)], len(body)
        size, wide = struct.unpack_from("<H", body, at)[0], body[at + 2] & 1
        end = at + 3 + size * (2 if wide else 1)
        texts.append(body[at + 3 : end].decode("utf-16-le" if wide else "latin-1", "replace"))
        at = end
    return [text.strip("\0 ") for text in texts if text.strip("\0 ")], at


def _words(token: bytes) -> str:
    if len(token) < 2:
        return ""
    size, wide = token[0], token[1] & 1
    letters = token[2 : 2 + size * (2 if wide else 1)]
    return letters.decode("utf-16-le" if wide else "latin-1", "replace")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
