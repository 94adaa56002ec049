"""Small hostile files for tests, made from what the formats can hold; nothing is copied."""

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
FIRST = ["Grizbree", "Wimkin", "Tolbnoch", "Fennmund", "Jorquist", "Blenzell", "Yskrond"]
LAST = ["Ploquistska", "Hulstigson", "Marvwicker", "Draxlesker", "Vornppetby", "Quinthoers"]
AREAS = ["Northmoor", "Eastvale", "Southfen", "Westcombe", "Midholt", "Lowmere", "Highbeck"]


def zipped(parts: dict[str, bytes | str]) -> bytes:
    """Pack parts into a zip in their order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return packed.getvalue()


def person(rng: random.Random) -> str:
    """Invent a person: two names that nobody has."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


@dataclass
class Book:
    """A workbook that features change before it is packed."""

    rng: random.Random
    canary: str
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    row_attributes: dict[int, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    format: str = '<sheetFormatPr defaultRowHeight="15"/>'
    after: dict[str, str] = field(default_factory=dict)
    sheet_rels: list[str] = field(default_factory=list)
    book_rels: list[str] = field(default_factory=list)
    package_rels: list[str] = field(default_factory=list)
    sheets: list[tuple[str, str, str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    fonts: list[str] = field(default_factory=lambda: ["<font><sz val='11'/></font>"])
    fills: list[str] = field(
        default_factory=lambda: ["<fill><patternFill patternType='none'/></fill>"] * 2
    )
    formats: list[str] = field(default_factory=list)
    xfs: list[str] = field(default_factory=lambda: ["<xf numFmtId='0' fontId='0' fillId='0'/>"])
    dxfs: list[str] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    parts: dict[str, bytes | str] = field(default_factory=dict)
    used: int = 30

    def secret(self) -> str:
        """Return the words that must not get out."""
        return f"{self.canary} {person(self.rng)}"

    def cell(self, column: str, row: int, text: str, style: int = 0) -> None:
        """Write one cell of text."""
        body = f'<c r="{column}{row}" s="{style}" t="inlineStr"><is><t>{text}</t></is></c>'
        self.rows.setdefault(row, {})[column] = body

    def row(self) -> int:
        """Return a row that nothing uses yet, near the table."""
        self.used += 1
        return self.used

    def style(self, font: str = "", fill: str = "", code: str = "") -> int:
        """Add a cell style and return its number."""
        font_id = fill_id = code_id = 0
        if font:
            self.fonts.append(f"<font>{font}</font>")
            font_id = len(self.fonts) - 1
        if fill:
            self.fills.append(f"<fill>{fill}</fill>")
            fill_id = len(self.fills) - 1
        if code:
            code_id = 164 + len(self.formats)
            self.formats.append(f'<numFmt numFmtId="{code_id}" formatCode="{code}"/>')
        self.xfs.append(f"<xf numFmtId='{code_id}' fontId='{font_id}' fillId='{fill_id}'/>")
        return len(self.xfs) - 1

    def part(self, name: str, content: bytes | str, kind: str, where: str = "book") -> str:
        """Add a part with its relationship and return the relationship's name."""
        self.parts[name] = content
        rels = {"book": self.book_rels, "sheet": self.sheet_rels, "package": self.package_rels}
        address = kind if "//" in kind else f"{REL}/{kind}"
        rels[where].append(f'Type="{address}" Target="/{name}"')
        return f"{where[0]}Id{len(rels[where])}"

    def pack(self) -> bytes:
        """Pack the workbook."""
        parts: dict[str, bytes | str] = {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package'
            '/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxml'
            'formats-package.relationships+xml"/><Default Extension="xml" ContentType="application'
            '/xml"/></Types>',
            "_rels/.rels": _rels(
                [f'Type="{REL}/officeDocument" Target="xl/workbook.xml"', *self.package_rels], "p"
            ),
            "xl/workbook.xml": self._workbook(),
            "xl/styles.xml": self._styles(),
            "xl/worksheets/sheet1.xml": self._sheet(),
        }
        rels = [
            f'Type="{REL}/worksheet" Target="worksheets/sheet1.xml"',
            f'Type="{REL}/styles" Target="styles.xml"',
        ]
        for number, (_, _, content) in enumerate(self.sheets, 2):
            parts[f"xl/worksheets/sheet{number}.xml"] = content
            rels.append(f'Type="{REL}/worksheet" Target="worksheets/sheet{number}.xml"')
        if self.strings:
            parts["xl/sharedStrings.xml"] = (
                f'{HEAD}<sst xmlns="{MAIN}">{"".join(self.strings)}</sst>'
            )
            rels.append(f'Type="{REL}/sharedStrings" Target="sharedStrings.xml"')
        parts["xl/_rels/workbook.xml.rels"] = _rels(rels, "w", self.book_rels, "b")
        if self.sheet_rels:
            parts["xl/worksheets/_rels/sheet1.xml.rels"] = _rels(self.sheet_rels, "s")
        return zipped(parts | self.parts)

    def _workbook(self) -> str:
        listed = '<sheet name="Figures" sheetId="1" r:id="wId1"/>'
        for number, (name, state, _) in enumerate(self.sheets, 2):
            listed += f'<sheet name="{name}" sheetId="{number}" {state} r:id="wId{number + 1}"/>'
        names = f"<definedNames>{''.join(self.names)}</definedNames>" if self.names else ""
        return (
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><bookViews><workbookView/></bookViews>'
            f"<sheets>{listed}</sheets>{names}</workbook>"
        )

    def _styles(self) -> str:
        codes = f"<numFmts>{''.join(self.formats)}</numFmts>" if self.formats else ""
        return (
            f'{HEAD}<styleSheet xmlns="{MAIN}">{codes}<fonts>{"".join(self.fonts)}</fonts>'
            f"<fills>{''.join(self.fills)}</fills><borders><border/></borders>"
            f"<cellXfs>{''.join(self.xfs)}</cellXfs><dxfs>{''.join(self.dxfs)}</dxfs></styleSheet>"
        )

    def _sheet(self) -> str:
        data = "".join(
            f'<row r="{row}" {self.row_attributes.get(row, "")}>'
            + "".join(cells[c] for c in sorted(cells, key=lambda c: (len(c), c)))
            + "</row>"
            for row, cells in sorted(self.rows.items())
        )
        columns = f"<cols>{''.join(self.columns)}</cols>" if self.columns else ""
        return (
            f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{REL}">{self.format}{columns}'
            f"<sheetData>{data}</sheetData>{''.join(self.after.values())}</worksheet>"
        )


def _rels(first: list[str], mark: str, more: list[str] = [], other: str = "") -> str:  # noqa: B006
    lines = [f'<Relationship Id="{mark}Id{n}" {r}/>' for n, r in enumerate(first, 1)]
    lines += [f'<Relationship Id="{other}Id{n}" {r}/>' for n, r in enumerate(more, 1)]
    return f'{HEAD}<Relationships xmlns="{PACKAGE}">{"".join(lines)}</Relationships>'


def plain_sheet(rows: list[list[str]]) -> str:
    """Return a worksheet of texts."""
    data = "".join(
        f'<row r="{n}">'
        + "".join(f'<c r="{chr(65 + k)}{n}" t="inlineStr"><is><t>{t}</t></is></c>'
                  for k, t in enumerate(row))
        + "</row>"
        for n, row in enumerate(rows, 1)
    )  # fmt: skip
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>'


def clean_book(rng: random.Random, canary: str = "CNRY-0000") -> Book:
    """Return a workbook with a small table of aggregate figures and nothing hidden."""
    book = Book(rng, canary)
    book.cell("A", 1, rng.choice(["Authorisations by area", "Requests by area", "Notices issued"]))
    years = rng.sample(["2019", "2020", "2021", "2022/23", "2023/24"], 3)
    for column, text in zip("ABCD", ["Area", *years], strict=True):
        book.cell(column, 3, text)
    for row, area in enumerate(rng.sample(AREAS, rng.randint(4, 7)), 4):
        book.cell("A", row, area)
        for column in "BCD":
            value = rng.randint(10, 9_999)
            book.rows[row][column] = f'<c r="{column}{row}"><v>{value}</v></c>'
    if rng.random() < 0.3:
        book.after["merge"] = '<mergeCells><mergeCell ref="A1:D1"/></mergeCells>'
    if rng.random() < 0.3:
        book.columns.append('<col min="9" max="10" width="9" hidden="1"/>')
    if rng.random() < 0.3:
        book.after["margins"] = '<pageMargins left="0.7" right="0.7" top="1" bottom="1"/>'
    if rng.random() < 0.3:
        bold = book.style("<b/><sz val='14'/><color rgb='FF1F3864'/>")
        book.cell("A", 1, "Requests by area", bold)
    return book


Feature = Callable[[Book], str]


def _hidden_sheet(book: Book) -> str:
    book.sheets.append(("Staff", 'state="hidden"', plain_sheet([["Name"], [book.secret()]])))
    return "hidden_sheet"


def _very_hidden_sheet(book: Book) -> str:
    book.sheets.append(("Raw", 'state="veryHidden"', plain_sheet([["Name"], [book.secret()]])))
    return "very_hidden_sheet"


def _hidden_column(book: Book) -> str:
    book.columns.append('<col min="6" max="6" width="9" hidden="1"/>')
    book.cell("F", 4, book.secret())
    return "hidden_column"


def _zero_width(book: Book) -> str:
    book.columns.append('<col min="7" max="7" width="0" customWidth="1"/>')
    book.cell("G", 4, book.secret())
    return "hidden_column"


def _hidden_row(book: Book) -> str:
    row = book.row()
    book.row_attributes[row] = 'hidden="1"'
    book.cell("A", row, book.secret())
    return "hidden_row"


def _zero_height(book: Book) -> str:
    row = book.row()
    book.row_attributes[row] = 'ht="0" customHeight="1"'
    book.cell("A", row, book.secret())
    return "hidden_row"


def _looks(font: str, fill: str, code: str) -> Feature:
    def feature(book: Book) -> str:
        book.cell("A", book.row(), book.secret(), book.style(font, fill, code))
        return "invisible_text"

    return feature


_PAINTED = "<patternFill patternType='solid'><fgColor rgb='FF{}'/></patternFill>"


def _white_run(book: Book) -> str:
    row = book.row()
    run = f"<r><t>Total </t></r><r><rPr><color rgb='FFFFFFFF'/></rPr><t>{book.secret()}</t></r>"
    book.rows[row] = {"A": f'<c r="A{row}" t="inlineStr"><is>{run}</is></c>'}
    return "invisible_text"


def _hidden_number(book: Book) -> str:
    row = book.row()
    style = book.style(code=";;;")
    number = book.canary.rpartition("-")[2]
    book.rows[row] = {"B": f'<c r="B{row}" s="{style}"><v>99{number}77</v></c>'}
    return "invisible_text"


def _conditional(book: Book) -> str:
    row = book.row()
    book.cell("A", row, book.secret())
    book.dxfs.append("<dxf><font><color rgb='FFFFFFFF'/></font></dxf>")
    book.after[f"cf{row}"] = (
        f'<conditionalFormatting sqref="A{row}"><cfRule type="expression" dxfId="'
        f'{len(book.dxfs) - 1}" priority="1"><formula>TRUE</formula></cfRule>'
        "</conditionalFormatting>"
    )
    return "invisible_text"


def _merged_away(book: Book) -> str:
    row = book.row()
    book.cell("A", row, "Note")
    book.cell("B", row, book.secret())
    book.after[f"merge{row}"] = f'<mergeCells><mergeCell ref="A{row}:C{row}"/></mergeCells>'
    return "hidden_cell"


def _far_cell(book: Book) -> str:
    book.cell("ZZ", 700, book.secret())
    return "off_screen_cell"


def _far_row(book: Book) -> str:
    book.cell("A", 40_000 + book.row(), book.secret())
    return "off_screen_cell"


def _orphan_string(book: Book) -> str:
    book.strings.append(f"<si><t>{book.secret()}</t></si>")
    return "shared_string_orphan"


def _phonetic(book: Book) -> str:
    row = book.row()
    book.rows[row] = {
        "A": f'<c r="A{row}" t="inlineStr"><is><t>Area</t><rPh sb="0" eb="1"><t>{book.secret()}'
        "</t></rPh></is></c>"
    }
    return "hidden_text"


def _constant_name(book: Book) -> str:
    book.names.append(f'<definedName name="who{book.row()}">"{book.secret()}"</definedName>')
    return "named_range"


def _hidden_name(book: Book) -> str:
    name = f'<definedName name="n{book.row()}" hidden="1">Figures!$A$1</definedName>'
    book.names.append(name)
    return "named_range"


def _validation(book: Book) -> str:
    row = book.row()
    book.after[f"dv{row}"] = (
        f'<dataValidations><dataValidation type="list" sqref="H{row}"><formula1>'
        f'"{book.secret()},other"</formula1></dataValidation></dataValidations>'
    )
    return "data_validation_list"


def _prompt(book: Book) -> str:
    row = book.row()
    book.after[f"dv{row}"] = (
        f'<dataValidations><dataValidation sqref="H{row}" promptTitle="x" prompt="{book.secret()}"'
        "/></dataValidations>"
    )
    return "input_message"


def _scenario(book: Book) -> str:
    book.after["scenario"] = (
        f'<scenarios><scenario name="{book.secret()}" user="{person(book.rng)}">'
        '<inputCells r="A1" val="3"/></scenario></scenarios>'
    )
    return "scenario"


def _tip(book: Book) -> str:
    book.after["links"] = (
        f'<hyperlinks><hyperlink ref="A1" location="Figures!A1" tooltip="{book.secret()}"/>'
        "</hyperlinks>"
    )
    return "hyperlink_tip"


def _filter(book: Book) -> str:
    book.after["filter"] = (
        '<autoFilter ref="A3:D9"><filterColumn colId="0"><filters>'
        f'<filter val="{book.secret()}"/></filters></filterColumn></autoFilter>'
    )
    return "filter_value"


def _page_header(book: Book) -> str:
    book.after["header"] = (
        f"<headerFooter><oddHeader>&amp;C{book.secret()}</oddHeader></headerFooter>"
    )
    return "header_footer"


def _comment(book: Book) -> str:
    content = (
        f'<comments xmlns="{MAIN}"><authors><author>{person(book.rng)}</author></authors>'
        f'<commentList><comment ref="A1" authorId="0"><text><t>{book.secret()}</t></text>'
        "</comment></commentList></comments>"
    )
    book.part("xl/comments1.xml", content, "comments", "sheet")
    return "comment"


def _part(name: str, kind: str, code: str, where: str = "book", body: str = "x") -> Feature:
    def feature(book: Book) -> str:
        content = f'<{body} xmlns="{MAIN}" v="{book.secret()}"><a>{book.secret()}</a></{body}>'
        book.part(name, content, kind, where)
        return code

    return feature


_MS = "http://schemas.microsoft.com/office/2017/10/relationships"
_DRAW = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)


def _cover(book: Book) -> str:
    row = book.row()
    book.cell("B", row, book.secret())
    shape = (
        f"<xdr:wsDr {_DRAW}><xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:row>{row - 2}"
        f"</xdr:row></xdr:from><xdr:to><xdr:col>5</xdr:col><xdr:row>{row + 1}</xdr:row></xdr:to>"
        "<xdr:sp><xdr:nvSpPr><xdr:cNvPr id='2' name='r'/></xdr:nvSpPr><xdr:spPr><a:solidFill>"
        "<a:srgbClr val='000000'/></a:solidFill></xdr:spPr></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"
    )
    book.part("xl/drawings/drawing1.xml", shape, "drawing", "sheet")
    return "covered_cell"


def _chart(book: Book) -> str:
    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart>'
        f"<c:strRef><c:f>Old!$A$1:$A$2</c:f><c:strCache><c:pt idx='0'><c:v>{book.secret()}</c:v>"
        "</c:pt></c:strCache></c:strRef></c:chart></c:chartSpace>"
    )
    book.part("xl/charts/chart1.xml", chart, "chart")
    return "chart_cache"


def _embedded(book: Book) -> str:
    inner = clean_book(book.rng, book.canary)
    inner.cell("A", 20, book.secret())
    book.part("xl/embeddings/Book1.xlsx", inner.pack(), "package", "sheet")
    return "embedded_object"


def _model(book: Book) -> str:
    book.part("xl/model/item.data", b"\0\1" + book.secret().encode() * 3, "powerPivotData")
    return "data_model"


def _unreferenced(book: Book) -> str:
    book.parts["xl/worksheets/sheet99.xml"] = plain_sheet([[book.secret()]])
    return "unreferenced_part"


def _unknown_part(book: Book) -> str:
    book.parts[f"xl/odd{book.row()}/thing.bin"] = book.secret().encode()
    return "unknown_part"


def _unknown_relation(book: Book) -> str:
    book.sheet_rels.append(f'Type="{REL}/odd{book.row()}" Target="/xl/styles.xml"')
    return "unknown_relationship"


def _remote_picture(book: Book) -> str:
    target = f"http://127.0.0.1/{book.canary}.png"
    book.sheet_rels.append(f'Type="{REL}/image" Target="{target}" TargetMode="External"')
    return "external_reference"


def _other_workbook(book: Book) -> str:
    row = book.row()
    book.rows[row] = {"A": f'<c r="A{row}"><f>SUM([1]Sheet1!A1:A9)</f><v>12</v></c>'}
    return "cached_formula_value"


def _stale(book: Book) -> str:
    row = book.row()
    book.rows[row] = {"B": f'<c r="B{row}"><f>SUM(B4:B7)</f><v>99887766</v></c>'}
    return "cached_value_mismatch"


def _properties(book: Book) -> str:
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata'
        '/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:creator>{book.secret()}</dc:creator></cp:coreProperties>"
    )
    kind = f"{PACKAGE}/metadata/core-properties"
    book.part("docProps/core.xml", core, kind, "package")
    return "doc_properties"


def _xml_comment(book: Book) -> str:
    book.after["note"] = f"<!-- {book.secret()} -->"
    return "xml_comment"


FEATURES: tuple[Feature, ...] = (
    _hidden_sheet, _very_hidden_sheet, _hidden_column, _zero_width, _hidden_row, _zero_height,
    _looks("<color rgb='FFFFFFFF'/>", "", ""), _looks("<color indexed='9'/>", "", ""),
    _looks("<color theme='0'/>", "", ""), _looks("<sz val='1'/>", "", ""),
    _looks("<color rgb='FFFEFEFA'/>", "", ""), _looks("<color rgb='FF000000'/>",
    _PAINTED.format("000000"), ""), _looks("", _PAINTED.format("111111"), ""),
    _looks("<color rgb='FF336699'/>", _PAINTED.format("336699"), ""), _looks("", "", ";;;"),
    _looks("", "", "0;0;0;"), _white_run, _hidden_number, _conditional, _merged_away, _far_cell,
    _far_row, _orphan_string, _phonetic, _constant_name, _hidden_name, _validation, _prompt,
    _scenario, _tip, _filter, _page_header, _comment, _cover, _chart, _embedded, _model,
    _unreferenced, _unknown_part, _unknown_relation, _remote_picture, _other_workbook, _stale,
    _properties, _xml_comment,
    _part("xl/threadedComments/threadedComment1.xml", f"{_MS}/threadedComment",
          "threaded_comment", "sheet"),
    _part("xl/pivotCache/pivotCacheRecords1.xml", "pivotCacheRecords", "pivot_cache"),
    _part("xl/externalLinks/externalLink1.xml", "externalLink", "external_link"),
    _part("xl/connections.xml", "connections", "connection"),
    _part("xl/queryTables/queryTable1.xml", "queryTable", "connection", "sheet"),
    _part("xl/slicerCaches/slicerCache1.xml", f"{_MS}/slicerCache", "slicer_cache"),
    _part("xl/revisions/revisionLog1.xml", "revisionLog", "tracked_change"),
    _part("xl/richData/rdrichvalue.xml", f"{_MS}/rdRichValue", "rich_data"),
    _part("xl/customProperty1.bin", "customProperty", "custom_property", "sheet"),
    _part("customXml/item1.xml", "customXml", "custom_xml", "package"),
    _part("xl/ctrlProps/ctrlProp1.xml", "ctrlProp", "form_control", "sheet"),
    _part("xl/xmlMaps.xml", "xmlMaps", "xml_map"),
)  # fmt: skip


def nasty_book(rng: random.Random, canary: str, count: int) -> tuple[bytes, set[str]]:
    """Return a workbook with some hidden features, and the findings that must name them."""
    book = clean_book(rng, canary)
    codes = {feature(book) for feature in rng.sample(FEATURES, count)}
    return book.pack(), codes
