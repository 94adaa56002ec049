"""Coming in through an organisation's own sign-in server (OpenID Connect, code flow with PKCE).

Only whom an admin has linked to a subject of that server gets in: the server proves who somebody
is, never that they may come. What goes over the network is fetched by `fetch`, given from outside.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portal.config import Settings
from portal.core.errors import PortalError
from portal.desk.people import secret
from portal.desk.people.errors import NotSignedIn
from portal.desk.people.model import Person
from portal.desk.people.signing import of
from portal.store import people as store
from portal.store import proofs
from portal.store.desk import Desk

SECONDS = 600.0
SIGNED_BY = ["RS256", "ES256", "PS256", "EdDSA"]
LEEWAY = 60
STRANGER = "Your organisation knows you, but nobody has let you in here. Ask an admin of the desk."
BROKEN = "This sign-in was begun elsewhere, took too long, or was used already. Please begin again."
NOT_PROVEN = "The organisation's server did not prove who you are."
# fetch(address, form or None) -> what the server answers as JSON
Fetch = Callable[[str, Mapping[str, str] | None], Mapping[str, Any]]


class BadServer(PortalError):
    """The sign-in server does not answer as it must."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the organisation's server does what."""

    issuer: str
    authorize: str
    token: str
    keys: str


def server(config: Settings, fetch: Fetch) -> Server:
    """Ask the server where it does what; raises BadServer when it is another."""
    issuer = config.oidc_issuer.rstrip("/")
    told = fetch(f"{issuer}/.well-known/openid-configuration", None)
    if str(told.get("issuer", "")).rstrip("/") != issuer:
        raise BadServer(f"{issuer}: the server calls itself {told.get('issuer')!r}")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = [str(told.get(name, "")) for name in names]
    for address in addresses:
        safe(address)
    return Server(str(told["issuer"]), *addresses)


def safe(address: str) -> str:
    """The address, when nobody can listen in; raises BadServer for every other."""
    parts = urlsplit(address)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise BadServer(f"{address[:100]!r} is no https address")
    return address


def begin(db: Desk, config: Settings, to: str, fetch: Fetch) -> tuple[str, str]:
    """Begin a sign-in; returns where to send the browser, and what it must bring back."""
    found, state, nonce, verifier = server(config, fetch), *(secret.fresh() for _ in range(3))
    content = json.dumps({"nonce": nonce, "verifier": verifier, "to": to})
    proofs.pose(db, secret.hashed(state), "oidc", content, SECONDS)
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "scope": "openid",
        "client_id": config.oidc_client,
        "redirect_uri": back_address(config),
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    joined = "&" if "?" in found.authorize else "?"
    return f"{found.authorize}{joined}{urlencode(asked)}", state


def back_address(config: Settings) -> str:
    """Where the server sends people back to."""
    return f"{config.site.rstrip('/')}/desk/oidc/back"


def finish(
    db: Desk, config: Settings, code: str, state: str, kept: str, fetch: Fetch
) -> tuple[Person, str]:
    """End a sign-in: the person, and where they wanted to go.

    `kept` is what the browser kept of the beginning. Raises NotSignedIn for whoever was not let
    in, and for everything that was not begun by this browser or does not prove anything.
    """
    same = bool(state) and secrets.compare_digest(state.encode(), kept.encode())
    content = proofs.take(db, secret.hashed(state), "oidc") if same else ""
    if not content or not code:
        raise NotSignedIn(BROKEN)
    begun = json.loads(content)
    found = server(config, fetch)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back_address(config),
        "client_id": config.oidc_client,
        "client_secret": config.oidc_secret,
        "code_verifier": begun["verifier"],
    }
    answer = fetch(found.token, form)
    keys = fetch(found.keys, None)
    subject = proven(str(answer.get("id_token", "")), keys, found, config, begun["nonce"])
    row = store.by_oidc(db, subject)
    if row is None:
        raise NotSignedIn(STRANGER)
    return of(row), str(begun["to"])


def proven(token: str, keys: Mapping[str, Any], found: Server, config: Settings, nonce: str) -> str:
    """The subject that a token proves; raises NotSignedIn when it proves nothing to us, now."""
    try:
        read = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=SIGNED_BY)
        claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": found.issuer},
            aud={"essential": True, "value": config.oidc_client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        claims.validate(read.claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise NotSignedIn(NOT_PROVEN) from None
    audience, party = read.claims["aud"], read.claims.get("azp", config.oidc_client)
    subject = read.claims["sub"]
    several = isinstance(audience, list) and len(audience) > 1 and "azp" not in read.claims
    if several or party != config.oidc_client or not isinstance(subject, str) or not subject:
        raise NotSignedIn(NOT_PROVEN)
    return subject
