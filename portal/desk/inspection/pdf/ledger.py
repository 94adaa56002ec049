"""What a PDF holds under keys that no reader of pages knows, and drawings that no page calls."""

import re
from collections.abc import Iterator

import pikepdf
from lxml import etree

from portal.desk.inspection import kept
from portal.desk.inspection.findings import Report
from portal.desk.inspection.pdf.objects import Reached, dictionaries

# keys whose strings others judge, or which hold no words: dates, identities, names of fonts
_KNOWN = set(
    """ID Contents T TU TM V DV RC Subj NM M DA DS URI F UF Desc Lang Alt ActualText E Name
    Title Registry Ordering CharSet FontFamily Info OutputCondition
    OutputConditionIdentifier RegistryName Base P JS CA RC AC Opt U O OE UE Perms CheckSum
    CreationDate ModDate LastModified Author Subject Keywords Creator Producer Trapped
    Reason Location ContactInfo Cert Style Panose Intent TI ProcSet Summary DocMDP
    GTS_OutputConditionIdentifier Prefix ByteRange Msg D N Limits Parent Lookup Indices
    Colorants Border XFA IDS CIDSet URL NS PTEX.FileName PTEX.Fullbanner Nums Names R
    Comments SourceModified Company Metadata Legal
    """.split()
)
_IN_CONTENT = re.compile(
    rb"/([A-Za-z][\w.\-]{0,60})\s*(\((?:[^()\\]|\\.){3,4000}\)|<[0-9A-Fa-f\s]{8,8000}>)\s*(?=[/>])"
)
_IN_PAGE = {b"ActualText", b"Alt", b"E", b"Lang", b"T"}
_REMARK = re.compile(rb"(?:^|[\r\n])[ \t]*%([^\r\n]{6,2000})")
_CALL = re.compile(rb"/([^\s/\[\]<>(){}%]{1,127})\s+Do\b")
_SPACES = re.compile(
    r"adobe:ns:meta/|http://(?:www\.w3\.org|ns\.adobe\.com|purl\.org/dc|www\.aiim\.org|iptc\.org|"
    r"www\.npes\.org|ns\.useplus\.org|cipa\.jp|creativecommons\.org|prismstandard\.org)/"
    r"|http://(?:ns\.google\.com|schemas\.microsoft\.com)/|https?://(?:ns\.pdfx?a?\.org|pdfa\.org)/"
)
_SHOWS = re.compile(rb"(?:\)|>|\])\s*T[jJ]\b")
MOST_CONTENT = 4_000_000


def judge(reached: Reached, document: pikepdf.Pdf, shown: str, report: Report) -> None:
    """Note strings under unknown keys, pages outside the tree, and drawings that nothing calls."""
    information = document.trailer.get("/Info")
    own = information.objgen if information is not None else None
    lost = []
    for item in dictionaries(reached):
        if item.is_indirect and item.objgen == own and own != (0, 0):
            continue
        lost += list(_strings(item))
        if isinstance(item, pikepdf.Stream) and item.get("/Type") == "/Metadata":
            _metadata(item, report)
    for content in _contents(document):
        lost += [
            str(pikepdf.Object.parse(raw))
            for key, raw in _IN_CONTENT.findall(content)
            if key not in _IN_PAGE
        ]
        remarks = (
            [m.decode("latin-1") for m in _REMARK.findall(content)] if b"BI" not in content else []
        )
        kept.note(report, "remarks in pages", remarks, set())
    report.hidden("private_data", "keys of no known kind", "\n".join(lost), len(lost))
    _links(reached, report)
    _outside(reached, document, report)


def _strings(item: pikepdf.Object) -> Iterator[str]:
    for key in item:
        value = item.get(key)
        if isinstance(value, pikepdf.String) and key[1:] not in _KNOWN and len(str(value)) > 3:
            yield str(value)[:5_000]


def _contents(document: pikepdf.Pdf) -> Iterator[bytes]:
    for page in document.pages:
        contents = page.obj.get("/Contents")
        pieces = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        yield b"\n".join(
            piece.read_bytes()[:MOST_CONTENT]
            for piece in pieces
            if isinstance(piece, pikepdf.Stream)
        )


def _links(reached: Reached, report: Report) -> None:
    texts = []
    for item in dictionaries(reached):
        address = item.get("/URI")
        if isinstance(address, pikepdf.String):
            texts += kept.queries(str(address)[:5_000])
    kept.note(report, "addresses of links", texts, set())


def _metadata(item: pikepdf.Stream, report: Report) -> None:
    """Note properties of vocabularies that are not those of documents."""
    try:
        root = etree.fromstring(
            item.read_bytes()[:1_000_000],
            etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True),
        )
    except (etree.XMLSyntaxError, ValueError, pikepdf.PdfError):
        return
    if root is None:
        return
    odd: list[str] = []
    for element in root.iter("*"):
        space = element.tag.rpartition("}")[0][1:]
        if space and not _SPACES.match(space):
            odd += [" ".join(t for t in element.itertext() if isinstance(t, str)).strip()]
        for key, value in element.attrib.items():
            space = key.rpartition("}")[0][1:]
            if space and not _SPACES.match(space):
                odd.append(value)
    odd = [text for text in odd if text.strip()]
    report.hidden("doc_properties", "metadata", "\n".join(odd), len(odd), "accept_stripped")


def _outside(reached: Reached, document: pikepdf.Pdf, report: Report) -> None:
    """Note pages that the tree of pages does not have, and drawings that no content calls."""
    listed = {page.obj.objgen for page in document.pages}
    named: dict[tuple[int, int], pikepdf.Object] = {}
    called: set[str] = set()
    for key, item in reached.items():
        if not isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            continue
        loose = item.get("/Type") == "/Page" and "/Contents" in item
        if loose and key not in listed and key != (0, 0):
            report.add("unreferenced_object", "page outside the tree of pages")
        if isinstance(item, pikepdf.Stream) and _is_content(item):
            called |= _names(item)
    for page in document.pages:
        contents = page.obj.get("/Contents")
        pieces = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        for piece in pieces:
            if isinstance(piece, pikepdf.Stream):
                called |= _names(piece)
    for item in dictionaries(reached):
        drawings = item.get("/XObject")
        if not isinstance(drawings, pikepdf.Dictionary):
            continue
        for name in drawings:
            drawing = drawings.get(name)
            told = isinstance(drawing, pikepdf.Stream) and _tells(drawing)
            if told and name[1:] not in called:
                named[drawing.objgen] = drawing
    report.add("unreferenced_object", "drawings that no page calls", len(named))


def _tells(drawing: pikepdf.Stream) -> bool:
    """Tell a picture, or a drawing with words, from the empty ones that programs leave."""
    if drawing.get("/Subtype") == "/Image":
        return True
    try:
        return bool(_SHOWS.search(drawing.read_bytes()))
    except pikepdf.PdfError:
        return True


def _is_content(item: pikepdf.Stream) -> bool:
    return item.get("/Subtype") == "/Form" or "/PatternType" in item


def _names(item: pikepdf.Stream) -> set[str]:
    try:
        content = item.read_bytes()
    except pikepdf.PdfError:
        return set()
    return {name.decode("latin-1") for name in _CALL.findall(content)}
