"""What a reader may put into an address: bounded numbers and words, and what is missing."""

from typing import Annotated, TypeVar

from fastapi import HTTPException, Query

Found = TypeVar("Found")

PageNumber = Annotated[int, Query(ge=1, le=1_000, description="Page of a longer list, from 1.")]
Words = Annotated[str, Query(max_length=200)]


def page_there(number: int, last: int) -> None:
    """Answer a page beyond the last one with a page that says so."""
    if number > last:
        raise HTTPException(404, f"This list has {last} page{'' if last == 1 else 's'}.")


def held(found: Found | None, what: str) -> Found:
    """Return what was found; a page that says so when it was not."""
    if found is None:
        raise HTTPException(404, f"There is no {what} of this name in the current edition.")
    return found
