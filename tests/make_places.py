"""Further places in which documents hold a text that their reader does not see."""

import base64
import gzip
import io
import random
import struct
import zipfile
from collections.abc import Callable
from itertools import chain

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from tests import make_hidden, make_nasty

Change = tuple[str, str, str]  # part, what stands there, what to put there
_EXT = "<extLst><ext uri='x'><q>{c}</q></ext></extLst>"
SHEET: dict[str, Change] = {
    "attribute of the data": ("sheet1.xml", "<sheetData>", "<sheetData zz='{c}'>"),
    "attribute of a cell": ("sheet1.xml", "<c ", "<c zz='{c}' "),
    "remark": ("sheet1.xml", "<sheetData>", "<!--{c}--><sheetData>"),
    "foreign attribute": ("sheet1.xml", "<worksheet ", "<worksheet xmlns:q='urn:q' q:d='{c}' "),
    "extension of styles": ("styles.xml", "</styleSheet>", _EXT + "</styleSheet>"),
    "extension of the workbook": ("workbook.xml", "</workbook>", _EXT + "</workbook>"),
    "foreign element": ("workbook.xml", "</workbook>", "<q xmlns='urn:q'>{c}</q></workbook>"),
    "text of relationships": ("workbook.xml.rels", "</Relationships>", "{c}</Relationships>"),
    "type of content": ("[Content_Types].xml", "</Types>",
                        "<Default Extension='zz' ContentType='{c}'/></Types>"),
}  # fmt: skip

_ANCHOR = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_BOX = (
    f'<w:p><w:r><w:drawing><wp:anchor xmlns:wp="{_ANCHOR}"><wp:extent cx="{{size}}" cy="{{size}}"/>'
    "{at}<w:txbxContent><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:txbxContent></wp:anchor></w:drawing>"
    "</w:r></w:p>"
)


def _par(own: str, run: str = "") -> str:
    return f"<w:p><w:pPr>{own}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{{c}}</w:t></w:r></w:p>"


LETTER = {
    "line of no height": _par('<w:spacing w:line="20" w:lineRule="exact"/>'),
    "far to the left": _par('<w:ind w:left="-20000"/>'),
    "frame off the page": _par('<w:framePr w:x="-9000" w:y="-9000"/>'),
    "far under its line": _par("", '<w:position w:val="-2000"/>'),
    "letters on one spot": _par("", '<w:spacing w:val="-600"/>'),
    "row of no height": "<w:tbl><w:tr><w:trPr><w:trHeight w:val='1' w:hRule='exact'/></w:trPr>"
    "<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    "hidden row of an inner table": "<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:trPr><w:hidden/></w:trPr>"
    "<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>",
    "deleted cell": "<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel w:id='4' w:author='x'/></w:tcPr><w:p>"
    "<w:r><w:t>{c}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    "box of no size": _BOX.replace("{size}", "1").replace("{at}", ""),
    "box off the page": _BOX.replace("{size}", "900000").replace(
        "{at}", "<wp:positionH><wp:posOffset>-10800080</wp:posOffset></wp:positionH>"
    ),
    "tip of a link": "<w:p><w:hyperlink w:anchor='x' w:tooltip='{c}'><w:r><w:t>a</w:t></w:r>"
    "</w:hyperlink></w:p>",
    "caption of a table": "<w:tbl><w:tblPr><w:tblCaption w:val='{c}'/></w:tblPr><w:tr><w:tc><w:p>"
    "<w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    "foreign element": "<w:p><q xmlns='urn:q'>{c}</q></w:p>",
    "letters of no width": "<w:p><w:r><w:t>a{z}</w:t></w:r></w:p>",
}


def unseen(canary: str) -> str:
    """The canary in letters of no width."""
    bits = chain.from_iterable(f"{ord(letter):08b}" for letter in canary)
    return "".join("\u200b" if bit == "0" else "\u200c" for bit in bits)


def tags(canary: str) -> str:
    """The canary in tag letters, which nothing shows."""
    return "".join(chr(0xE0000 + ord(letter)) for letter in canary)


def changed(content: bytes, change: Change, canary: str) -> bytes:
    """A package with one part changed; it must hold what is to be replaced."""
    end, old, new = change
    held, hits = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(held, "w") as made:
        for info in given.infolist():
            part = given.read(info)
            if info.filename.endswith(end) and old.encode() in part:
                part, hits = part.replace(old.encode(), new.format(c=canary).encode(), 1), hits + 1
            made.writestr(info.filename, part)
    assert hits, f"{end} has no {old}"
    return held.getvalue()


def letter(body: str, canary: str) -> bytes:
    """A DOCX with this body."""
    return make_hidden.letter(body.replace("{z}", unseen(canary)), {}, canary)


def page(draw: Callable[[canvas.Canvas], None]) -> bytes:
    """A page of figures, and what is drawn on it besides."""
    held = io.BytesIO()
    sheet = canvas.Canvas(held, pagesize=A4, invariant=1)
    sheet.drawString(72, 760, "Requests made in 2021: 1204")
    draw(sheet)
    sheet.showPage()
    sheet.save()
    return held.getvalue()


def pdf(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """A page of figures with its objects changed."""
    held = io.BytesIO()
    with pikepdf.open(io.BytesIO(page(lambda sheet: None))) as document:
        change(document)
        document.save(held)
    return held.getvalue()


def _in_content(text: str) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.pages[0].contents_add(document.make_stream(text.encode()))

    return change


def _form(document: pikepdf.Pdf, canary: str) -> None:
    body = f"BT /F1 12 Tf 72 600 Td ({canary}) Tj ET".encode()
    form = Stream(document, body, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    document.pages[0].Resources["/XObject"] = Dictionary(Z=document.make_indirect(form))


def _loose(document: pikepdf.Pdf) -> None:
    contents = document.make_stream(b"BT /F1 12 Tf 72 300 Td (x) Tj ET")
    loose = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 9, 9]), Contents=contents)
    document.Root["/Extra"] = document.make_indirect(loose)


def _named_actual(document: pikepdf.Pdf, canary: str) -> None:
    named = document.make_indirect(Dictionary(ActualText=String(canary)))
    document.pages[0].Resources["/Properties"] = Dictionary(M1=named)
    _in_content("/Span /M1 BDC BT /F1 12 Tf 72 600 Td (1204) Tj ET EMC")(document)


def _xmp(document: pikepdf.Pdf, canary: str) -> None:
    text = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-'
        f'syntax-ns#"><r:Description xmlns:q="urn:q" q:s="{canary}"/></r:RDF></x:xmpmeta>'
    )
    document.Root["/Metadata"] = document.make_stream(
        text.encode(), Type=Name.Metadata, Subtype=Name.XML
    )


PDF: dict[str, Callable[[str], bytes]] = {
    "key of the catalogue": lambda c: pdf(lambda d: d.Root.__setitem__("/Mine", String(c))),
    "key of a page": lambda c: pdf(lambda d: d.pages[0].obj.__setitem__("/Notes", String(c))),
    "string of a mark": lambda c: pdf(_in_content(f"/Tag <</X ({c})>> DP")),
    "remark in a page": lambda c: pdf(_in_content(f"% {c}\n")),
    "drawing that nothing calls": lambda c: pdf(lambda d: _form(d, c)),
    "page outside the tree": lambda c: pdf(_loose),
    "vocabulary of its own": lambda c: pdf(lambda d: _xmp(d, c)),
    "replacement text": lambda c: pdf(
        _in_content(f"/Span <</ActualText ({c})>> BDC BT /F1 12 Tf 72 600 Td (1204) Tj ET EMC")
    ),
    "replacement text by name": lambda c: pdf(lambda d: _named_actual(d, c)),
}


def _member(canary: str, place: str) -> bytes:
    held = io.BytesIO()
    info = zipfile.ZipInfo("a.csv")
    if place == "extra":
        info.extra = struct.pack("<HH", 0x9999, len(canary)) + canary.encode()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(info, "Area,N\nNorth,120\n")
        made.writestr("b.csv", "Area,N\nSouth,140\n")
    return _with_gap(held.getvalue(), canary) if place == "gap" else held.getvalue()


def _with_gap(content: bytes, canary: str) -> bytes:
    """Put bytes between two members and set every offset behind them right."""
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        cut = given.infolist()[1].header_offset
    more = canary.encode() * 3
    made = bytearray(content[:cut] + more + content[cut:])
    end = made.rfind(b"PK\x05\x06")
    at = struct.unpack_from("<I", made, end + 16)[0] + len(more)
    struct.pack_into("<I", made, end + 16, at)
    while made[at : at + 4] == b"PK\x01\x02":
        offset = struct.unpack_from("<I", made, at + 42)[0]
        if offset >= cut:
            struct.pack_into("<I", made, at + 42, offset + len(more))
        at += 46 + sum(struct.unpack_from("<HHH", made, at + 28))
    return bytes(made)


TEXTS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "behind many blanks": ("a.csv", lambda c: f"Area,N\nNorth,1{' ' * 400}{c}\n".encode()),
    "behind many commas": ("a.csv", lambda c: f"Area,N\nNorth,1{',' * 300}{c}\n".encode()),
    "behind many lines": ("a.csv", lambda c: ("Area,N\nNorth,1\n" + "\n" * 900 + c).encode()),
    "behind lines in a cell": (
        "a.csv", lambda c: ('Area,N\n"North' + "\n" * 90 + c + '",1\n').encode(),
    ),
    "in tag letters": ("a.csv", lambda c: f"Area,N\nNorth{tags(c)},1\n".encode()),
    "in letters of no width": ("a.csv", lambda c: f"Area,N\nNorth{unseen(c)},1\n".encode()),
    "extra field of a member": ("a.zip", lambda c: _member(c, "extra")),
    "between members": ("a.zip", lambda c: _member(c, "gap")),
    "remark of a gzip": (
        "a.csv.gz",
        lambda c: gzip.compress(b"Area,N\nNorth,1\n")[:3] + b"\x10" + b"\0" * 6
        + c.encode() + b"\0" + gzip.compress(b"Area,N\nNorth,1\n")[10:],
    ),
    "open document without a package": (
        "a.xml", lambda c: f"<office:document xmlns:office='u'>{c}</office:document>".encode(),
    ),
}  # fmt: skip


def mashup(content: bytes, canary: str) -> bytes:
    """A workbook with the queries of an office program, packed as it packs them."""
    packed = base64.b64encode(canary.encode() * 9).decode()
    held = io.BytesIO(content)
    with zipfile.ZipFile(held, "a") as made:
        made.writestr(
            "customXml/item1.xml",
            f'<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">{packed}</DataMashup>',
        )
    return held.getvalue()


def book(canary: str = "") -> bytes:
    """An ordinary workbook."""
    return make_nasty.clean_book(random.Random(5), canary).pack()
