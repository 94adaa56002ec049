"""Letters, open documents, pages, PDFs, mails and pictures that hide one text in one place."""

import io
from collections.abc import Callable

import pikepdf
from PIL import Image, PngImagePlugin
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from tests.make_nasty import HEAD, PACKAGE, REL, WORD as W, zipped  # isort: skip

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_SHOWN = ("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Northmoor</w:t></w:r></w:p></w:tc>"
          "<w:tc><w:p><w:r><w:t>1204</w:t></w:r></w:p></w:tc></w:tr></w:tbl>")  # fmt: skip
Parts = dict[str, tuple[str, str]]


def letter(body: str, parts: Parts, canary: str) -> bytes:
    """A DOCX with a table, this body, and these parts: name → relationship, content."""
    overrides = "".join(
        f'<Override PartName="/word/{name}" ContentType="{_WORD_TYPE}.{kind}+xml"/>'
        for name, (kind, _) in parts.items()
        if name.endswith(".xml")
    )
    rels = "".join(
        f'<Relationship Id="r{n}" Type="{REL}/{kind}" Target="{name}"/>'
        for n, (name, (kind, _)) in enumerate(parts.items())
    )
    given: dict[str, bytes | str] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD_TYPE}.document.main+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{REL}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}">{rels}'
        "</Relationships>",
        "word/document.xml": f'{HEAD}<w:document xmlns:w="{W}" xmlns:r="{REL}"><w:body>{_SHOWN}'
        f"{body.replace('{c}', canary)}<w:sectPr/></w:body></w:document>",
    }
    for name, (_, content) in parts.items():
        given[f"word/{name}"] = content.replace("{c}", canary)
    return zipped(given)


def _run(properties: str) -> tuple[str, Parts]:
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{{c}}</w:t></w:r></w:p>", {}


def _text(tag: str, inner: str = "w:t") -> tuple[str, Parts]:
    run = f"<w:r><{inner}>{{c}}</{inner}></w:r>"
    return f'<w:p><w:{tag} w:id="1" w:author="x">{run}</w:{tag}></w:p>', {}


def _part(name: str, kind: str, tag: str, body: str = "") -> tuple[str, Parts]:
    inner = body or f"<w:{tag[:-1]} w:id='2'><w:p><w:r><w:t>{{c}}</w:t></w:r></w:p></w:{tag[:-1]}>"
    return "", {name: (kind, f'{HEAD}<w:{tag} xmlns:w="{W}">{inner}</w:{tag}>')}


WORD: dict[str, tuple[str, Parts]] = {
    "vanish": _run("<w:vanish/>"), "web hidden": _run("<w:webHidden/>"),
    "special vanish": _run("<w:specVanish/>"), "white": _run('<w:color w:val="FFFFFF"/>'),
    "nearly white": _run('<w:color w:val="FEFEFD"/>'), "one point": _run('<w:sz w:val="2"/>'),
    "theme white": _run('<w:color w:themeColor="background1"/>'),
    "black on black": _run('<w:color w:val="000000"/><w:shd w:val="clear" w:fill="000000"/>'),
    "highlighted black": _run('<w:highlight w:val="black"/>'),
    "deleted": _text("del", "w:delText"), "inserted": _text("ins"),
    "moved away": _text("moveFrom"), "moved here": _text("moveTo"),
    "field code": ('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>QUOTE '
                   '"{c}"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
                    "</w:p>", {}),
    "simple field": ('<w:p><w:fldSimple w:instr=\'INCLUDETEXT "{c}"\'><w:r><w:t>1</w:t></w:r>'
                     "</w:fldSimple></w:p>", {}),
    "white text box": ('<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml">'
                       '<v:textbox><w:txbxContent><w:p><w:r>'
                        '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>'
                       "<w:t>{c}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict>"
                       "</w:r></w:p>", {}),
    "content control": ('<w:sdt><w:sdtPr><w:placeholder/><w:tag w:val="{c}"/><w:alias w:val="{c}"/>'
                        "</w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>", {}),
    "alternative": ('<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/'
                    'markup-compatibility/2006"><mc:Choice Requires="zz"><w:t>{c}</w:t></mc:Choice>'
                    "<mc:Fallback/></mc:AlternateContent></w:r></w:p>", {}),
    "comments": _part("comments.xml", "comments", "comments"),
    "footnote without mark": _part("footnotes.xml", "footnotes", "footnotes"),
    "endnote without mark": _part("endnotes.xml", "endnotes", "endnotes"),
    "document variable": _part("settings.xml", "settings", "settings",
                               "<w:docVars><w:docVar w:name='a' w:val='{c}'/></w:docVars>"),
    "alternative chunk": ('<w:altChunk r:id="r0"/>', {"c.html": ("aFChunk", "<p>{c}</p>")}),
    "glossary": _part("glossary/document.xml", "glossaryDocument", "glossaryDocument",
                      "<w:docParts>{c}</w:docParts>"),
    "people": ("", {"people.xml": ("people", "<a><person author='{c}'/></a>")}),
    "custom part": ("", {"../customXml/item1.xml": ("customXml", "<a>{c}</a>")}),
    "macros": ("", {"vbaProject.bin": ("vbaProject", "{c}")}),
    "control": ("", {"activeX/activeX1.xml": ("control", "<a>{c}</a>")}),
    "packed object": ("", {"embeddings/oleObject1.bin": ("oleObject", "{c}")}),
    "packed workbook": ("", {"embeddings/book.xlsx": ("package", "{c}")}),
    "printer": ("", {"printerSettings1.bin": ("printerSettings", "{c}")}),
    "hidden mark of a place": ('<w:p><w:bookmarkStart w:id="3" w:name="_{c}"/>'
                               '<w:bookmarkEnd w:id="3"/></w:p>', {}),
    "comment in the text": ("<!-- {c} -->", {}),
}  # fmt: skip

_NS = "".join(
    f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
        ("fo", "xsl-fo-compatible"), ("draw", "drawing"), ("meta", "meta"), ("number", "datastyle"),
        ("script", "script"), ("form", "form"), ("config", "config"),
    )
)  # fmt: skip
_NS += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
_CELL = '<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
_ROW = f"<table:table-row>{_CELL}</table:table-row>"
_NUMBER = ('<table:table-cell office:value-type="float" office:value="1204"><text:p>1204</text:p>'
           "</table:table-cell>")  # fmt: skip
_VISIBLE = ('<table:table-row><table:table-cell office:value-type="string"><text:p>Northmoor'
            f"</text:p></table:table-cell>{_NUMBER}</table:table-row>")  # fmt: skip
Open = dict[str, str]


def open_document(kind: str, given: Open, canary: str) -> bytes:
    """An ODS or ODT; given: styles, rows, sheets, before, body, or other parts by their name."""
    new = {key: value.replace("{c}", canary) for key, value in given.items()}
    sheet = f'<table:table table:name="A">{_VISIBLE}{new.pop("rows", "")}</table:table>'
    inner = f"{new.pop('before', '')}{sheet}{new.pop('sheets', '')}{new.pop('body', '')}"
    mime = f"application/vnd.oasis.opendocument.{kind}"
    parts: dict[str, bytes | str] = {
        "mimetype": mime,
        "content.xml": f'{HEAD}<office:document-content{_NS} office:version="1.3">'
        f"<office:automatic-styles>{new.pop('styles', '')}</office:automatic-styles><office:body>"
        f"<office:{kind}>{inner}</office:{kind}></office:body></office:document-content>",
        "styles.xml": f'{HEAD}<office:document-styles{_NS} office:version="1.3">'
        f"{new.pop('page', '')}</office:document-styles>",
    }
    parts |= new
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in parts
        if name != "mimetype"
    )
    parts["META-INF/manifest.xml"] = (
        f'{HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:'
        f'1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>{listed}'
        "</manifest:manifest>"
    )
    return zipped(parts)


def _styled(properties: str, family: str = "table-cell", kind: str = "text") -> Open:
    style = (f'<style:style style:name="s" style:family="{family}">'
             f"<style:{kind}-properties {properties}/></style:style>")  # fmt: skip
    cell = _CELL.replace("<table:table-cell", '<table:table-cell table:style-name="s"')
    return {"styles": style, "rows": f"<table:table-row>{cell}</table:table-row>"}


def _row(attributes: str) -> Open:
    return {"rows": _ROW.replace("<table:table-row", f"<table:table-row {attributes}")}


_META = (f'{HEAD}<office:document-meta{_NS} office:version="1.3"><office:meta>@</office:meta>'
         "</office:document-meta>")  # fmt: skip
_SHARED: dict[str, Open] = {
    "user-defined": {"meta.xml": _META.replace(
        "@", '<meta:user-defined meta:name="a">{c}</meta:user-defined>')},
    "author": {"meta.xml": _META.replace("@", "<dc:creator>{c}</dc:creator>")},
    "description": {"meta.xml": _META.replace("@", "<dc:description>{c}</dc:description>")},
    "thumbnail": {"Thumbnails/thumbnail.png": "{c}"},
    "object": {"Object 1/content.xml": "<a>{c}</a>"},
    "replacement": {"ObjectReplacements/Object 1": "{c}"},
    "versions": {"VersionList.xml": "<a>{c}</a>"}, "version": {"Versions/Version1": "{c}"},
    "script": {"Basic/Standard/Module1.xml": "<a>{c}</a>"},
    "settings": {"Configurations2/x.xml": "<a>{c}</a>"},
    "database": {"manifest.rdf": "<a>{c}</a>"},
    "comment in the text": {"body": "<!-- {c} -->"},
}  # fmt: skip
ODS: dict[str, Open] = _SHARED | {
    "hidden row": _row('table:visibility="collapse"'),
    "filtered row": _row('table:visibility="filter"'),
    "group folded": {"rows": f'<table:table-row-group table:display="false">'
                     f"{_ROW}</table:table-row-group>"},
    "hidden sheet": {
        "styles": '<style:style style:name="t" style:family="table"><style:table-properties '
        'table:display="false"/></style:style>',
        "sheets": f'<table:table table:name="B" table:style-name="t">{_ROW}</table:table>',
    },
    "white": _styled('fo:color="#ffffff"'), "one point": _styled('fo:font-size="1pt"'),
    "not displayed": _styled('text:display="none"'),
    "own colour": _styled('fo:color="#000000" fo:background-color="#000000"'),
    "annotation": {"rows": '<table:table-row><table:table-cell><office:annotation><text:p>{c}'
                   "</text:p></office:annotation></table:table-cell></table:table-row>"},
    "changes": {"before": "<table:tracked-changes><table:cell-content-change><table:previous>"
                f"{_CELL}</table:previous></table:cell-content-change></table:tracked-changes>"},
    "covered": {"rows": "<table:table-row><table:covered-table-cell><text:p>{c}</text:p>"
                "</table:covered-table-cell></table:table-row>"},
    "rule": {"before": '<table:content-validations><table:content-validation table:name="a">'
             "<table:help-message><text:p>{c}</text:p></table:help-message>"
             "</table:content-validation></table:content-validations>"},
    "scenario": {"sheets": f'<table:table table:name="C"><table:scenario table:is-active="false" '
                 f'table:scenario-ranges="A.A1" table:comment="{{c}}"/>{_ROW}</table:table>'},
    "link to elsewhere": {"sheets": '<table:table table:name="D"><table:table-source '
                          f'xlink:href="file:///{{c}}.ods"/>{_ROW}</table:table>'},
    "stored otherwise": {"rows": '<table:table-row><table:table-cell office:value-type="string" '
                         'office:string-value="{c}"><text:p>12</text:p></table:table-cell>'
                         "</table:table-row>"},
}  # fmt: skip
ODT: dict[str, Open] = _SHARED | {
    "hidden text": {"body": '<text:p><text:hidden-text text:condition="1" '
                    'text:string-value="{c}"/></text:p>'},
    "hidden paragraph": {"body": '<text:p><text:hidden-paragraph text:condition="1" '
                         'text:is-hidden="true"/>{c}</text:p>'},
    "hidden section": {"body": '<text:section text:name="s" text:display="none"><text:p>{c}'
                       "</text:p></text:section>"},
    "changes": {"before": '<text:tracked-changes><text:changed-region text:id="1"><text:deletion>'
                "<text:p>{c}</text:p></text:deletion></text:changed-region>"
                "</text:tracked-changes>"},
    "annotation": {"body": "<text:p><office:annotation><text:p>{c}</text:p></office:annotation>"
                   "</text:p>"},
    "variable": {"before": '<text:user-field-decls><text:user-field-decl text:name="a" '
                 'office:value-type="string" office:string-value="{c}"/></text:user-field-decls>'},
    "white": {"styles": '<style:style style:name="s" style:family="text"><style:text-properties '
              'fo:color="#ffffff"/></style:style>',
              "body": '<text:p><text:span text:style-name="s">{c}</text:span></text:p>'},
    "not displayed": {"styles": '<style:style style:name="s" style:family="text">'
                      '<style:text-properties text:display="none"/></style:style>',
                      "body": '<text:p><text:span text:style-name="s">{c}</text:span></text:p>'},
}  # fmt: skip


def page(body: str, canary: str) -> bytes:
    """An HTML page with a table and this body; a body that starts with ^ belongs to the head."""
    new = body.replace("{c}", canary)
    head, shown = (new[1:], "") if new.startswith("^") else ("", new)
    return (f"<!doctype html><html><head><title>Answer</title>{head}</head><body><table><tr>"
            f"<td>Northmoor</td><td>1204</td></tr></table>{shown}</body></html>"
            ).encode()  # fmt: skip


HTML: dict[str, str] = {
    "not displayed": '<p style="display: none">{c}</p>', "attribute": "<p hidden>{c}</p>",
    "invisible": '<div style="visibility:hidden"><p>{c}</p></div>', "comment": "<!-- {c} -->",
    "script": "<script>var a = '{c}'</script>",
    "off the page": '<p style="position:absolute;left:-9999px">{c}</p>',
    "white": '<p style="color:#fff">{c}</p>', "small": '<p style="font-size:0">{c}</p>',
    "by class": "<style>.z{display:none}</style><p class='z'>{c}</p>",
    "data": '<p data-person="{c}">12</p>', "template": "<template><p>{c}</p></template>",
    "no script": "<noscript>{c}</noscript>", "input": '<input type="hidden" value="{c}">',
    "about": '^<meta name="author" content="{c}">', "see-through": '<p style="opacity:0">{c}</p>',
    "tip": '<p title="{c}">12</p>', "drawn": "<svg><desc>{c}</desc></svg>",
    "cut": '<div style="height:0;overflow:hidden">{c}</div>',
}  # fmt: skip


def _drawn(draw: Callable[[canvas.Canvas, str], None]) -> Callable[[str], bytes]:
    def made(canary: str) -> bytes:
        held = io.BytesIO()
        sheet = canvas.Canvas(held, pagesize=A4, invariant=1)
        sheet.drawString(72, 780, "Requests made in 2021 by area")
        draw(sheet, canary)
        sheet.save()
        return held.getvalue()

    return made


def _changed(change: Callable[[pikepdf.Pdf, str], None]) -> Callable[[str], bytes]:
    def made(canary: str) -> bytes:
        held = io.BytesIO()
        with pikepdf.open(io.BytesIO(_drawn(lambda sheet, c: None)(canary))) as document:
            change(document, canary)
            document.save(held)
        return held.getvalue()

    return made


def _boxed(sheet: canvas.Canvas, canary: str) -> None:
    sheet.drawString(72, 700, canary)
    sheet.rect(70, 695, 250, 16, fill=1, stroke=0)


def _white(sheet: canvas.Canvas, canary: str) -> None:
    sheet.setFillGray(1)
    sheet.drawString(72, 700, canary)


def _unpainted(sheet: canvas.Canvas, canary: str) -> None:
    text = sheet.beginText(72, 700)
    text.setTextRenderMode(3)
    text.textLine(canary)
    sheet.drawText(text)


def _outside(sheet: canvas.Canvas, canary: str) -> None:
    sheet.drawString(72, -200, canary)


def _clipped(sheet: canvas.Canvas, canary: str) -> None:
    path = sheet.beginPath()
    path.rect(10, 10, 5, 5)
    sheet.saveState()
    sheet.clipPath(path, stroke=0, fill=0)
    sheet.drawString(72, 700, canary)
    sheet.restoreState()


def _pictured(sheet: canvas.Canvas, canary: str) -> None:
    from reportlab.lib.utils import ImageReader

    sheet.drawString(72, 700, canary)
    sheet.drawImage(ImageReader(Image.new("RGB", (50, 8), "black")), 70, 695, 250, 16)


def _tiny(sheet: canvas.Canvas, canary: str) -> None:
    sheet.setFont("Helvetica", 0.3)
    sheet.drawString(72, 700, canary)


def _layer(document: pikepdf.Pdf, canary: str) -> None:
    group = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Layer"))
    document.Root.OCProperties = pikepdf.Dictionary(
        OCGs=[group], D=pikepdf.Dictionary(OFF=[group], Order=[group])
    )
    leaf = document.pages[0]
    leaf.Resources.Properties = pikepdf.Dictionary(L=group)
    font = next(iter(leaf.Resources.Font.keys()))
    text = f"/OC /L BDC BT {font} 12 Tf 72 700 Td ({canary}) Tj ET EMC"
    leaf.contents_add(text.encode())


def _annotation(**more: object) -> Callable[[pikepdf.Pdf, str], None]:
    def change(document: pikepdf.Pdf, canary: str) -> None:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Rect=[70, 690, 320, 712], Contents=canary, **more
        )
        document.pages[0].Annots = document.make_indirect(pikepdf.Array([note]))

    return change


def _field(document: pikepdf.Pdf, canary: str) -> None:
    field = document.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="a", V=canary,
        F=2, Rect=[0, 0, 0, 0],
    ))  # fmt: skip
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
    document.pages[0].Annots = pikepdf.Array([field])


def _xfa(document: pikepdf.Pdf, canary: str) -> None:
    form = document.make_stream(f"<xdp>{canary}</xdp>".encode())
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=form)


def _script(document: pikepdf.Pdf, canary: str) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"x='{canary}'")


def _attached(document: pikepdf.Pdf, canary: str) -> None:
    document.attachments["a.txt"] = canary.encode()


def _about(document: pikepdf.Pdf, canary: str) -> None:
    document.docinfo["/Author"] = canary


def _xmp(document: pikepdf.Pdf, canary: str) -> None:
    with document.open_metadata() as about:
        about["dc:creator"] = [canary]


def _private(document: pikepdf.Pdf, canary: str) -> None:
    document.pages[0].PieceInfo = pikepdf.Dictionary(A=pikepdf.Dictionary(Private=canary))


def _thumbnail(document: pikepdf.Pdf, canary: str) -> None:
    document.pages[0].Thumb = document.make_stream(
        canary.encode().ljust(64, b"x"), Subtype=pikepdf.Name.Image, Width=8, Height=8,
        ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
    )  # fmt: skip


def _outline(document: pikepdf.Pdf, canary: str) -> None:
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(canary, 0))


def _cropped(document: pikepdf.Pdf, canary: str) -> None:
    leaf = document.pages[0]
    font = next(iter(leaf.Resources.Font.keys()))
    leaf.contents_add(f"BT {font} 12 Tf 72 100 Td ({canary}) Tj ET".encode())
    leaf.CropBox = [0, 400, 595, 842]


def _earlier(canary: str) -> bytes:
    first = _drawn(lambda sheet, c: sheet.drawString(72, 700, c))(canary)
    number = 40
    at = first.rfind(b"startxref")
    before = int(first[at:].split()[1])
    body = b"\n%d 0 obj\n<< /Nothing true >>\nendobj\n" % number
    place = len(first) + 1
    table = len(first) + len(body)
    tail = b"xref\n%d 1\n%010d 00000 n \ntrailer\n" % (number, place)
    old = first[first.rfind(b"trailer") : at]
    root = old[old.find(b"/Root") :].split(b"/Size")[0].split(b">>")[0].strip()
    tail += b"<< %s /Size %d /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        root.split(b"\n")[0], number + 1, before, table,
    )  # fmt: skip
    return first + body + tail


def _behind(canary: str) -> bytes:
    return _drawn(lambda sheet, c: None)(canary) + canary.encode()


PDF: dict[str, Callable[[str], bytes]] = {
    "box": _drawn(_boxed), "white": _drawn(_white), "unpainted": _drawn(_unpainted),
    "outside": _drawn(_outside), "clipped": _drawn(_clipped), "picture": _drawn(_pictured),
    "tiny": _drawn(_tiny), "layer": _changed(_layer),
    "note": _changed(_annotation(Subtype=pikepdf.Name.Text)),
    "hidden note": _changed(_annotation(Subtype=pikepdf.Name.FreeText, F=2)),
    "highlight": _changed(_annotation(Subtype=pikepdf.Name.Highlight, C=[0, 0, 0],
                                      QuadPoints=[70, 712, 320, 712, 70, 690, 320, 690])),
    "redaction to come": _changed(_annotation(Subtype=pikepdf.Name.Redact)),
    "field": _changed(_field), "form": _changed(_xfa), "script": _changed(_script),
    "attachment": _changed(_attached), "author": _changed(_about), "xmp": _changed(_xmp),
    "private": _changed(_private), "thumbnail": _changed(_thumbnail), "outline": _changed(_outline),
    "cropped": _changed(_cropped), "behind the end": _behind,
}  # fmt: skip


def _mail(headers: str, body: str) -> Callable[[str], bytes]:
    start = "Subject: Answer\nDate: Mon, 02 May 2022 10:00:00 +0000\nMIME-Version: 1.0\n"

    def made(canary: str) -> bytes:
        whole = f"{start}{headers}\n\n{body}\n"
        return whole.replace("{c}", canary).replace("\n", "\r\n").encode()

    return made


_PLAIN = "Content-Type: text/plain; charset=utf-8"
_MIXED = 'Content-Type: multipart/alternative; boundary="b"'
MAIL: dict[str, Callable[[str], bytes]] = {
    "from": _mail(f"From: {{c}}@mail.example\n{_PLAIN}", "1204 requests"),
    "received": _mail(f"Received: from {{c}}.example by x.example\n{_PLAIN}", "1204 requests"),
    "own header": _mail(f"X-Case: {{c}}\n{_PLAIN}", "1204 requests"),
    "blind copy": _mail(f"Bcc: {{c}}@mail.example\n{_PLAIN}", "1204 requests"),
    "before the parts": _mail(_MIXED, f"{{c}}\n--b\n{_PLAIN}\n\n1204\n--b--"),
    "after the parts": _mail(_MIXED, f"--b\n{_PLAIN}\n\n1204\n--b--\n{{c}}"),
    "hidden in the other": _mail(_MIXED, f"--b\n{_PLAIN}\n\n1204\n--b\nContent-Type: text/html\n\n"
                                 '<p>1204</p><p style="display:none">{c}</p>\n--b--'),
    "attached": _mail('Content-Type: multipart/mixed; boundary="b"', f"--b\n{_PLAIN}\n\n1204\n--b\n"
                      "Content-Type: text/html; name=a.html\nContent-Disposition: attachment; "
                      "filename=a.html\n\n<table><tr><td>1</td></tr></table><!-- {c} -->\n--b--"),
}  # fmt: skip


def _picture(form: str, ending: str, **more: object) -> Callable[[str], tuple[bytes, str]]:
    def made(canary: str) -> tuple[bytes, str]:
        held = io.BytesIO()
        given = {key: value(canary) if callable(value) else value for key, value in more.items()}
        Image.effect_noise((64, 48), 40).convert("RGB").save(held, form, **given)
        return held.getvalue(), f"a.{ending}"

    return made


def _exif(canary: str) -> Image.Exif:
    tags = Image.Exif()
    tags[315] = canary
    return tags


def _chunk(canary: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", canary)
    return info


def _tail(form: str, ending: str, close: bytes = b"") -> Callable[[str], tuple[bytes, str]]:
    def made(canary: str) -> tuple[bytes, str]:
        return _picture(form, ending)("")[0] + canary.encode() + close, f"a.{ending}"

    return made


IMAGES: dict[str, Callable[[str], tuple[bytes, str]]] = {
    "jpeg exif": _picture("JPEG", "jpg", exif=_exif),
    "png exif": _picture("PNG", "png", exif=_exif),
    "png text": _picture("PNG", "png", pnginfo=_chunk),
    "jpeg comment": _picture("JPEG", "jpg", comment=lambda c: c.encode()),
    "webp exif": _picture("WEBP", "webp", exif=_exif),
    "webp xmp": _picture("WEBP", "webp", xmp=lambda c: f"<x:xmpmeta>{c}</x:xmpmeta>".encode()),
    "tiff artist": _picture("TIFF", "tif", tiffinfo=lambda c: {315: c}),
    "gif comment": _picture("GIF", "gif", comment=lambda c: c.encode()),
    "behind jpeg": _tail("JPEG", "jpg"), "behind jpeg, closed": _tail("JPEG", "jpg", b"\xff\xd9"),
    "behind png": _tail("PNG", "png"), "behind gif": _tail("GIF", "gif"),
    "behind gif, closed": _tail("GIF", "gif", b";"), "behind webp": _tail("WEBP", "webp"),
    "behind bmp": _tail("BMP", "bmp"),
}  # fmt: skip
