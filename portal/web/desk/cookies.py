"""The desk's cookies: the session, a sentence to be shown once, a form that waits, and the
beginning of a sign-in through an organisation's server.

None of them is ever sent outside of /desk, to another site, or without encryption. Browsers take
a machine's own address for safe, so this also holds at http://127.0.0.1.
"""

from typing import Literal
from urllib.parse import quote, unquote

from fastapi import Request
from starlette.responses import Response

SESSION = "__Secure-desk"
SAID = "__Secure-desk-said"
HELD = "__Secure-desk-held"
BEGUN = "__Secure-desk-begun"
PATH = "/desk"
LONGEST_SAID = 1500


def put(
    response: Response,
    name: str,
    value: str,
    seconds: int | None = None,
    same_site: Literal["strict", "lax"] = "strict",
) -> None:
    """Set a cookie; without `seconds` it ends with the browser."""
    response.set_cookie(
        name, value, max_age=seconds, path=PATH, secure=True, httponly=True, samesite=same_site
    )


def drop(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(name, path=PATH, secure=True, httponly=True, samesite="strict")


def say(response: Response, sentence: str) -> None:
    """Hand a sentence to the next page."""
    put(response, SAID, quote(sentence)[:LONGEST_SAID], 120)


def said(request: Request) -> str:
    """The sentence that an earlier answer left for this page."""
    return unquote(request.cookies.get(SAID, ""))
