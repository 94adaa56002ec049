"""Files that machines look for: robots.txt and security.txt."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from portal.web.edition import Db

router = APIRouter(include_in_schema=False)

# Everything may be read by machines; free SQL and searches cost too much to be crawled.
ROBOTS = """User-agent: *
Disallow: /data/
Disallow: /search
"""
VALID = timedelta(days=360)


@router.get("/robots.txt")
async def robots() -> Response:
    """Say what crawlers may read."""
    return PlainTextResponse(ROBOTS)


@router.get("/.well-known/security.txt")
async def security(request: Request, db: Db) -> Response:
    """Say whom to tell of a weakness (RFC 9116); an edition older than a year has expired."""
    config, about = request.app.state.settings, request.state.edition.about
    built = about.get("built_at") or datetime.now(UTC).isoformat()
    expires = (datetime.fromisoformat(built) + VALID).replace(microsecond=0)
    site = config.site.rstrip("/")
    return PlainTextResponse(
        f"Contact: mailto:{config.contact}\n"
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}\n"
        f"Preferred-Languages: en\n"
        f"Canonical: {site}/.well-known/security.txt\n"
        f"Policy: {site}/privacy#security\n"
    )
