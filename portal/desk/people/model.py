"""A person at the desk, as a request sees them."""

from dataclasses import dataclass

from portal.desk.people.rights import RIGHTS, SCOPES


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: `name` is the actor of the audit trail; `rights` what they may do now."""

    id: int
    name: str
    role: str
    rights: frozenset[str]

    def may(self, right: str) -> bool:
        """True when the person holds this right now."""
        return right in self.rights


ANONYMOUS = Person(0, "", "anonymous", RIGHTS["anonymous"])


def person(id: int, name: str, role: str, state: str = "active") -> Person:
    """A person with the rights of their role; one who was revoked has none."""
    role = role if state == "active" else "revoked"
    return Person(id, name, role, RIGHTS[role])


def narrowed(who: Person, scopes: frozenset[str]) -> Person:
    """The same person as a token of theirs may act: no more than its scopes, and their rights."""
    return Person(who.id, who.name, who.role, who.rights & scopes & SCOPES)
