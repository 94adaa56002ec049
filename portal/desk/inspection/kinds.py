"""What a document truly is, told from its bytes; its name is only compared with that."""

import io
import re
import zipfile

import olefile

TEXTS = {"csv", "tsv", "txt", "text", "tab"}
SHEETS = {"xls", "xlsx", "ods", "xlsm", "xlsb", "xlt", "xltx"}
LETTERS = {"doc", "docx", "odt", "rtf", "docm", "dot", "dotx"}
READ = {
    "csv", "html", "eml", "msg", "pdf", "xlsx", "xlsb", "xls", "ods", "docx", "odt", "zip",
    "gzip", "jpeg", "png", "gif", "tiff", "bmp", "webp", "doc", "pptx", "odp", "ole",
}  # fmt: skip

# the kinds that an ending may name
NAMED = {
    "csv": {"csv"}, "tsv": {"csv"}, "tab": {"csv"}, "txt": {"csv", "eml"}, "text": {"csv"},
    "xlsx": {"xlsx"}, "xltx": {"xlsx"}, "xlsm": {"xlsx"}, "xlsb": {"xlsb"}, "xls": {"xls"},
    "xlt": {"xls"}, "ods": {"ods"}, "ots": {"ods"}, "docx": {"docx"}, "docm": {"docx"},
    "dotx": {"docx"}, "doc": {"doc"}, "odt": {"odt"}, "ott": {"odt"}, "pdf": {"pdf"},
    "html": {"html"}, "htm": {"html"}, "xhtml": {"html"}, "eml": {"eml"}, "mht": {"eml"},
    "mhtml": {"eml"}, "msg": {"msg"}, "zip": {"zip"}, "gz": {"gzip"}, "jpg": {"jpeg"},
    "jpeg": {"jpeg"}, "png": {"png"}, "gif": {"gif"}, "tif": {"tiff"}, "tiff": {"tiff"},
    "bmp": {"bmp"}, "webp": {"webp"}, "pptx": {"pptx"}, "odp": {"odp"}, "rtf": {"rtf"},
    "ppt": {"ole"}, "svg": {"xml"}, "xml": {"xml"}, "json": {"csv"}, "exe": {"program"},
}  # fmt: skip

_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"BM", "bmp"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "rtf"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"%!PS", "postscript"),
)
_PACKAGES = (
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "docx"),
    ("ppt/presentation.xml", "pptx"),
)
_MIMETYPES = {"spreadsheet": "ods", "text": "odt", "presentation": "odp"}
_MAIL = re.compile(
    rb"\A(?:From |(?:from|to|subject|date|received|return-path|message-id|mime-version|"
    rb"delivered-to|x-[\w\-]+|reply-to|cc|content-type|dkim-signature|authentication-results)"
    rb":[^\r\n]*\r?\n)",
    re.I,
)
_MAIL_LINE = re.compile(
    rb"^(?:from|to|subject|date|message-id|mime-version|received|content-type):", re.I | re.M
)
_MARKUP = re.compile(rb"<(?:html|!doctype\s+html|table|body|head|meta|div|style|p|span)\b", re.I)
# a first element with a prefix, or of a namespace that is not a page's: a flat office document, say
_ROOT_OF_OTHERS = re.compile(
    rb"(?:\s|<\?xml[^>]{0,200}\?>|<\?mso[^>]{0,200}\?>|<!--[^>]{0,500}-->)*"
    rb"<(?:[\w.\-]+:[\w.\-]+\s|Workbook\b)",
    re.I,
)
_OTHER_MARKUP = re.compile(rb"<(?:svg|\?xml|!doctype|\w+:?\w*\s+xmlns)", re.I)


def true_kind(content: bytes) -> str:
    """Return the kind that the bytes show: a key of READ, or a word for what we do not take."""
    if not content.strip(b"\0 \t\r\n"):
        return "empty"
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _package_kind(content)
    if content[:8] == olefile.MAGIC:
        return _ole_kind(content)
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if b"%PDF-" in content[:1024]:
        return "pdf"
    return _text_kind(content)


def _package_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = package.namelist()
            if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
                kind = package.read("mimetype").decode("ascii", "replace").strip()
                family = kind.rpartition(".")[2].partition("-")[0]
                if "opendocument" in kind and family in _MIMETYPES:
                    return _MIMETYPES[family]
            return _by_parts(package, {name.casefold() for name in names})
    except Exception:
        return "zip"


def _by_parts(package: zipfile.ZipFile, names: set[str]) -> str:
    for part, kind in _PACKAGES:
        if part in names:
            return kind
    if "[content_types].xml" in names:
        # a main part under an unusual name: the content types tell
        info = package.getinfo("[Content_Types].xml")
        types = package.open(info).read(200_000) if info.file_size < 10_000_000 else b""
        for word, kind in ((b"spreadsheetml", "xlsx"), (b"wordprocessingml", "docx")):
            if word in types:
                return kind
        return "xlsx"
    if "content.xml" in names and "meta-inf/manifest.xml" in names:
        return "ods"
    return "zip"


def _ole_kind(content: bytes) -> str:
    try:
        with olefile.OleFileIO(content) as container:
            names = {entry[0].casefold() for entry in container.listdir()}
    except Exception:
        return "ole"
    for name, kind in (
        ("workbook", "xls"),
        ("book", "xls"),
        ("worddocument", "doc"),
        ("__properties_version1.0", "msg"),
        ("encryptedpackage", "ole"),
    ):
        if name in names:
            return kind
    return "ole"


def _text_kind(content: bytes) -> str:
    head = content[:4_096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"")
    if _MAIL.match(head) and len(_MAIL_LINE.findall(content[:20_000])) >= 2:
        return "eml"
    if head.startswith(b"<") and _ROOT_OF_OTHERS.match(head):
        return "xml"
    if head.startswith(b"<"):
        if _MARKUP.search(head) and not re.match(rb"<svg", head, re.I):
            return "html"
        if _OTHER_MARKUP.match(head) or _MARKUP.search(content[:65_536]) is None:
            return "xml" if _OTHER_MARKUP.match(head) else "csv"
        return "html"
    controls = sum(1 for byte in content[:4_096] if byte < 9 or 13 < byte < 32)
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff") or _alternates(content[:4_096])
    return "csv" if wide or controls <= len(content[:4_096]) // 20 else "unknown"


def _alternates(head: bytes) -> bool:
    """Tell UTF-16 without its mark: every second byte is mostly NUL."""
    half = max(1, len(head) // 2)
    return max(head[0::2].count(0), head[1::2].count(0)) > half * 0.6


def ending(name: str) -> str:
    """Return what follows the last dot of a name, in small letters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last.rpartition(".")[2].casefold().strip() if "." in last else ""


def mislabelled(kind: str, name: str) -> str:
    """Return the outcome that a name deserves which says another kind; empty if it fits."""
    said = ending(name)
    if said not in NAMED or kind in NAMED[said] or kind == "empty":
        return ""
    if kind not in READ or said in TEXTS:
        return "reject"
    # systems export HTML and CSV under .xls, and Word saves .doc as anything
    sheet = said in SHEETS and (kind in SHEETS or kind in {"html", "csv", "ole", "eml"})
    letter = said in LETTERS and (kind in LETTERS or kind in {"html", "ole", "eml"})
    image = {kind, *NAMED[said]} <= {"jpeg", "png", "gif", "tiff", "bmp", "webp"}
    damaged = kind in {"zip", "ole", "csv"} and said in SHEETS | LETTERS | {"pdf", "msg"}
    return "quarantine" if sheet or letter or image or damaged else "reject"
