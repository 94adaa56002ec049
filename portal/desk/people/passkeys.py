"""Passkeys: a device that knows its owner signs a challenge, which works for this site alone."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.core.errors import BadInput, StoreError
from portal.desk.people import secret, waits
from portal.desk.people.errors import NotSignedIn, NotThere
from portal.desk.people.model import Person, person
from portal.store import proofs
from portal.store.desk import Desk

SECONDS = 300.0
NAME = "Retention Watch desk"
LONGEST_LABEL = 60
UNKNOWN = "This passkey opens nothing here."
# What the library raises for an answer that is not what it must be, however it is spoilt.
SPOILT = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Place:
    """What a passkey is bound to: the site's host, and the address that browsers report."""

    host: str
    origin: str


def at(site: str) -> Place:
    """The place of a site's address; raises BadInput for a number, which browsers do not take."""
    parts = urlsplit(site)
    host = parts.hostname or ""
    if host.replace(".", "").isdigit() or ":" in host:
        raise BadInput("a name, such as localhost, for passkeys", host, "PORTAL_SITE")
    return Place(host, f"{parts.scheme}://{parts.netloc}")


def register_options(db: Desk, who: Person, site: str) -> dict[str, Any]:
    """What the browser is asked so that it makes a passkey for this person."""
    known = [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(row["id"]))
        for row in proofs.passkeys_of(db, who.id)
    ]
    options = generate_registration_options(
        rp_id=at(site).host,
        rp_name=NAME,
        user_id=str(who.id).encode(),
        user_name=who.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=known,
    )
    _pose(db, options.challenge, "passkey", who.id)
    return dict(json.loads(options_to_json(options)))


def register(db: Desk, who: Person, site: str, answer: dict[str, Any], label: str) -> None:
    """Keep a passkey that the browser has made; raises BadInput for one that does not prove it."""
    challenge = _taken(db, answer, "passkey", who.id)
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=at(site).host,
            expected_origin=at(site).origin,
            require_user_verification=True,
        )
    except SPOILT as problem:
        raise BadInput("a passkey made for this site", str(problem)[:100], "passkey") from None
    id = bytes_to_base64url(made.credential_id)
    label = " ".join(label.split())[:LONGEST_LABEL] or "passkey"
    proofs.add_passkey(db, id, who.id, who.name, made.credential_public_key, made.sign_count, label)


def sign_in_options(db: Desk, site: str) -> dict[str, Any]:
    """What the browser is asked when somebody wants to sign in; no name is needed."""
    options = generate_authentication_options(
        rp_id=at(site).host, user_verification=UserVerificationRequirement.REQUIRED
    )
    _pose(db, options.challenge, "sign-in", 0)
    return dict(json.loads(options_to_json(options)))


def sign_in(db: Desk, site: str, answer: dict[str, Any], origin: str) -> Person:
    """The person whose passkey signed the challenge; raises NotSignedIn, and Throttled."""
    id = str(answer.get("id", ""))[:1000]
    number = waits.begin(db, f"passkey {secret.hashed(id)[:16]}", origin)
    challenge = _taken(db, answer, "sign-in", 0)
    row = proofs.passkey(db, id)
    if row is None or row["state"] != "active":
        raise NotSignedIn(UNKNOWN)
    try:
        proof = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=at(site).host,
            expected_origin=at(site).origin,
            credential_public_key=row["public_key"],
            credential_current_sign_count=row["sign_count"],
            require_user_verification=True,
        )
    except SPOILT:
        raise NotSignedIn(UNKNOWN) from None
    if not proofs.passkey_used(db, id, row["sign_count"], proof.new_sign_count):
        raise NotSignedIn(UNKNOWN)
    waits.good(db, number)
    return person(row["person"], row["name"], row["role"], row["state"])


def drop(db: Desk, who: Person, id: str) -> None:
    """Give a passkey up; raises NotThere for one of somebody else."""
    if not proofs.drop_passkey(db, id, who.id, who.name):
        raise NotThere("You have no such passkey.")


def _pose(db: Desk, challenge: bytes, what: str, person: int) -> None:
    text = bytes_to_base64url(challenge)
    proofs.pose(db, secret.hashed(text), what, text, SECONDS, person)


def _taken(db: Desk, answer: dict[str, Any], what: str, person: int) -> bytes:
    """The challenge that an answer names, used up; raises NotSignedIn for one we did not pose."""
    try:
        data = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        named = str(data["challenge"]).rstrip("=")
        text = proofs.take(db, secret.hashed(named), what, person)
    except (*SPOILT, StoreError):
        text = ""
    if not text:
        raise NotSignedIn("This took too long, or was answered already. Please try again.")
    return base64url_to_bytes(text)
