"""No person in a campaign: what people type is looked through before it is kept.

Neither who asked nor who answered is any matter of ours. A refusal names the field and the kind
of what stands in it, never the text itself: it would end in a log.
"""

import re
from urllib.parse import unquote, urlsplit

from portal.core.errors import BadInput, PortalError
from portal.desk.inspection import pii

# What points at a person. Numbers that look like a car's or a case's are left to references.
PERSONS = {
    "email": "an e-mail address",
    "phone": "a telephone number",
    "nhs": "an NHS number",
    "nino": "a National Insurance number",
    "date_of_birth": "a date of birth",
    "name": "a person’s name",
    "collar": "an officer’s number",
    "imei": "a device’s number",
    "imsi": "a subscriber’s number",
    "postcode": "a postcode",
}
# Platforms make the address of a request from its title, and a user's page from a name.
PEOPLE_PAGES = re.compile(r"/(?:user|users|profile|profil|account)/", re.IGNORECASE)
LONGEST_ADDRESS = 500


class Personal(PortalError):
    """A field that holds something of a person; the sentence names the field and the kind."""

    def __init__(self, field: str, kind: str) -> None:
        self.field = field
        super().__init__(
            f"{field}: holds what looks like {kind}. No request names a person, neither who asked"
            " nor who answered; nothing was saved."
        )


def check_text(field: str, text: str, whole_name: bool = False) -> str:
    """Return the text without space around it; raises Personal for something of a person.

    With `whole_name` a text that is nothing but two or three capitalised words is refused too: a
    reference is no name.
    """
    text = " ".join(text.split()) if "\n" not in text else text.strip()
    for kind in sorted(pii.kinds(text)):
        if kind in PERSONS:
            raise Personal(field, PERSONS[kind])
    if whole_name and pii.looks_like_a_name(text):
        raise Personal(field, PERSONS["name"])
    return text


def check_address(field: str, address: str, any_port: bool = False) -> str:
    """Return the plain address of a request on a platform, or of its page at the authority.

    With `any_port` it may name one: a file is fetched from where it lies. What follows `?` or `#`
    is cut off, and a slash at the end. Raises BadInput for what is no web address, Personal for one
    that leads to a user or holds something of a person.
    """
    address = address.strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("https", "http") and parts.hostname and not parts.username
        port = parts.port
    except ValueError:
        known, port = False, None
    known = known and (any_port or not port) and len(address) <= LONGEST_ADDRESS
    if not known or re.search(r"[\s<>\"\\]", address):
        raise BadInput("a web address such as https://…/request/…", address, field)
    if PEOPLE_PAGES.search(f"{parts.path}/"):
        raise Personal(field, "the page of a person")
    path = unquote(unquote(parts.path))
    said = re.sub(r"[/_\-+.]+", " ", path).strip()
    # An e-mail address is one only with its dots.
    for form in (path.replace("/", " "), said, said.title(), said.upper()):
        check_text(field, form)
    host = f"{parts.hostname}:{port}" if port else parts.hostname
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"
