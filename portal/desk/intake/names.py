"""Names of files: what came with a document, without paths, tricks of letters or persons."""

import re
import unicodedata

from portal.core.errors import PortalError
from portal.desk.campaigns.personal import check_address
from portal.desk.inspection import kinds, pii

LONGEST = 120
UNNAMED = "document"
_SPACES = re.compile(r"\s+")
# Letters that a file system, a shell or a browser would take for something else.
_UNFIT = re.compile(r'[<>:"|?*]')
_JOINS = re.compile(r"[_.\-+,()\[\]]+")
# Words of files' names; with one of them two capitalised words are hardly a person.
_ORDINARY = set(
    """Annex Answer Appendix Attachment Comms Copy Data Disclosure Document Figures Final Foi
    Freedom Information Letter Log Notices Ripa Ipa Reply Request Requests Response Spreadsheet
    Statistics Table Tables Totals Version""".split()
)
_ENDING = re.compile(r"[a-z0-9]{1,8}")


def cleaned(name: str) -> str:
    """Return the last part of a name without controls or marks that turn the writing's direction.

    The ending stays, because it tells what the file claims to be. Never empty.
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = unicodedata.normalize("NFC", last)
    plain = "".join(" " if letter.isspace() else letter for letter in plain)
    plain = "".join(letter for letter in plain if letter.isprintable())
    plain = _SPACES.sub(" ", _UNFIT.sub(" ", plain)).strip(" .")
    if not plain:
        return UNNAMED
    if len(plain) <= LONGEST:
        return plain
    end = _ended(plain)
    return plain[: LONGEST - len(end)].rstrip(" .") + end


def kept(name: str, sha256: str) -> str:
    """Return the name under which a document is kept: a plain one where the given identifies.

    A person's title with a name, a phone number, an e-mail address: such a name is not kept.
    """
    plain = cleaned(name)
    return _plain_name(plain, sha256) if pii.kinds(_words(plain)) else plain


def public(name: str, sha256: str) -> str:
    """Return the name that readers may see: two capitalised words alone may be a person's."""
    plain = kept(name, sha256)
    words = _JOINS.sub(" ", plain.removesuffix(_ended(plain))).split()
    words = [word.capitalize() for word in words if word.isalpha()]
    if _ORDINARY.intersection(words) or not pii.looks_like_a_name(" ".join(words)):
        return plain
    return _plain_name(plain, sha256)


def address(given: str) -> str:
    """Return where a document came from as it is kept, and told to readers of its figures.

    What follows `?` may be a key to it; an address with something of a person is not kept at all.
    """
    try:
        return check_address("address", given, any_port=True)
    except PortalError:
        return ""


def _words(name: str) -> str:
    """The name as words: `Mr_J_Smith.pdf` says the same as `Mr J Smith pdf`."""
    return f"{name} {_JOINS.sub(' ', name)}" if _JOINS.search(name) else name


def _plain_name(name: str, sha256: str) -> str:
    return f"{UNNAMED}-{sha256[:8]}{_ended(name)}"


def _ended(name: str) -> str:
    said = kinds.ending(name)
    return f".{said}" if _ENDING.fullmatch(said) else ""
