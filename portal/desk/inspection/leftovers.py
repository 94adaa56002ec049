"""What stands in the parts of an Office package where nothing may: text, values, foreign elements.

Each part may hold text in a few elements only, which others judge; every other value is a figure,
a colour, a reference or a word of the format. What is none of these is a finding.
"""

import re
from collections.abc import Iterable

from lxml import etree

from portal.desk.inspection import markup
from portal.desk.inspection.findings import Report

_SPACES = re.compile(
    r"http://schemas\.(?:openxmlformats\.org|microsoft\.com)/|http://purl\.oclc\.org/ooxml/"
    r"|urn:schemas-microsoft-com:|http://purl\.org/dc/|http://www\.w3\.org/|urn:ietf:params:xml"
    r"|http://customooxmlschemas\.google\.com|http://customschemas\.google\.com|http://opendope\.org"
    r"|http://schemas\.libreoffice\.org|https?://xml\.openoffice\.org"
)
# elements whose text is judged elsewhere, or is a reference
_TEXTS = set(
    """t v f formula formula1 formula2 sqref oddHeader oddFooter evenHeader evenFooter
    firstHeader firstFooter definedName formatCode calculatedColumnFormula totalsRowFormula
    pt delText instrText delInstrText posOffset align pctWidth pctHeight pctPosHOffset
    pctPosVOffset col row colOff rowOff id ref
    """.split()
)
# attributes that hold words by their nature: names of fonts and styles, and what others judge
_WORDS = set(
    """name displayName uniqueName uniqueid caption typeface panose script formatCode val
    prompt promptTitle error errorTitle tooltip display location descr title altText
    altTextSummary comment userName url codeName text hashValue saltValue Target Type Id
    TargetMode ContentType PartName Extension lang eastAsia bidi author initials date instr
    ascii hAnsi cs csName style alt string uri appName rupBuild algorithmName
    defaultTableStyle defaultPivotStyle styleId tableStyleId totalsRowLabel sheet r1c1
    altName svg macro textlink function xlm vbProcedure description help statusBar
    customMenu lastClr mc Ignorable Requires ProcessContent schemaLocation id class
    styleName cryptAlgorithmClass cryptAlgorithmType cryptProviderType anchor tgtFrame
    docLocation stringRefSyntax defaultSlicerStyle defaultTimelineStyle documentId encoding
    fullDate displayText value element xpath prefixMappings storeItemID ph fname
    ContentStatus
    """.split()
)
_PIECE = re.compile(
    r"[-+]?\.?\d[\d.,:]*(?:e[-+]?\d+)?(?:pt|cm|mm|in|px|em|pc|%|f|fd)?|#?[0-9A-F]{1,32}|\{[0-9A-F\-]{30,40}\}"
    r"|[a-z][A-Za-z0-9.]{0,39}|-?\$?[A-Z]{1,3}\$?\d*(?::\$?[A-Z]{1,3}\$?\d*)?|rId\w{1,8}|R\w{16,32}"
    r"|\d{4}-\d\d-\d\d(?:T[\d:.Z+\-]*)?|[-+*/:;,.()\[\]#]|True|False|General|\d[A-Z]\w{0,20}",
    re.A,
)
_TYPE = re.compile(r"(?:application|image|text|audio|video|multipart)/[\w.+\-]{1,120}(?:;.{0,40})?")
LONG = 3  # fewer letters are no message


def note(root: etree._Element, place: str, report: Report) -> None:
    """Note what stands in a part where nothing may."""
    odd: list[str] = []
    for element in root.iter("*"):
        space, _, name = element.tag.rpartition("}")
        if space and not _SPACES.match(space[1:]):
            report.hidden("unknown_part", f"{place}, foreign element", markup.words(element))
            odd += list(element.attrib.values())
        if name not in _TEXTS and _free(element.text):
            odd.append(element.text or "")
        if _free(element.tail):
            odd.append(element.tail or "")
        odd += _attributes(element)
    report.hidden("unknown_part", f"{place}, values of no known kind", "\n".join(odd), len(odd))


def _attributes(element: etree._Element) -> Iterable[str]:
    for key, value in element.attrib.items():
        space, _, name = key.rpartition("}")
        foreign = space and not _SPACES.match(space[1:])
        odd_type = name == "ContentType" and not _TYPE.fullmatch(value)
        if odd_type or foreign or (name not in _WORDS and _free(value)):
            yield value


def _free(text: str | None) -> bool:
    """Tell words from figures, references, colours and words of the format."""
    if not text or len(text) < LONG or text.isspace():
        return False
    if _SPACES.match(text):
        return False
    return not all(_PIECE.fullmatch(piece) for piece in re.split(r"[\s|;,!]+", text) if piece)
