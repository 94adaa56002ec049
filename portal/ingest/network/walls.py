"""Pages that are not the page: errors, logins and bot walls that come with status 200."""

import html
import re

TITLE = re.compile(r"<title[^>]*>([^<]*)</title>", re.IGNORECASE)
TOP = 100_000  # where a page's head ends at the latest
# A title's parts: "Page not found | Data.gov", "Sign in - Portal", "ERROR: The request could ..."
PARTS = re.compile(r"\s+[-–—·»]\s+|\s*[|:]\s*")
# Each is the whole of a part: "404 requests in 2015" and "Request rejected by police" are figures.
SAID = re.compile(
    r"""
      ((http|error|status|code|server)\W*)* \(? (40[0134]|410|429|50\d) \)?
          (\W*(error|page|not\ found|forbidden|unauthori[sz]ed|gone|too\ many\ requests|bad\ request
          |internal\ server\ error|bad\ gateway|service\ (temporarily\ )?unavailable
          |gateway\ time-?out))*
    | ((server|application|unexpected|internal\ server|an)\ )* error (\ occurred)? | bad\ gateway
    | (sorry,?\ )? (the\ |this\ |that\ )? page\ (.{0,40}\ )? (not\ found|missing|unavailable)
    | .{0,30} page\ .{0,40} (can.t|can\ ?not|could\ not|couldn.t)\ be\ found
    | (resource\ |file\ )? not\ found
    | .{0,10} (can.?t|cannot|couldn.t)\ find\ (that|this|the)\ page
    | .{0,30} page\ (no\ longer|doesn.t|does\ not)\ exists? | gateway\ time-?out
    | access\ (to\ .{0,40}\ )? denied | forbidden | unauthori[sz]ed | request\ (blocked|rejected)
    | just\ a\ moment | attention\ required | checking\ your\ browser .* | security\ check
    | .{0,10} are\ you\ (a\ )? (robot|human) .* | .{0,20} not\ a\ robot | .* captcha .*
    | verify(ing)? .{0,20} human | human\ verification | pardon\ our\ interruption
    | too\ many\ requests | the\ request\ could\ not\ be\ satisfied | something\ went\ wrong
    | (please\ )? (sign|log) [ -]? in (\ to\ .*)? | (login|authentication)\ required
    | session\ (has\ )? (expired|timed\ out) | sorry .{0,40} (technical\ difficult|problem) .*
    | (service|site|page|website) .{0,10} (temporarily\ )? (un|not\ )available
    | temporarily\ unavailable | (down\ for\ |under\ |site\ |scheduled\ )maintenance
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Scripts that only a bot wall's own page has.
WALL = re.compile(r"_cf_chl_opt|cf-browser-verification|_Incapsula_Resource|px-captcha", re.I)
WALL_LENGTH = 30_000


def not_the_page(text: str) -> str:
    """What an HTML page says it is, when that is an error, a login or a bot wall; else ""."""
    title = TITLE.search(text, 0, TOP)
    said = " ".join(html.unescape(title[1]).split()) if title else ""
    if any(SAID.fullmatch(part.strip(" .!?…*")) for part in PARTS.split(said[:300])):
        return f"a page titled {said!r}"
    if len(text) < WALL_LENGTH and (wall := WALL.search(text)):
        return f"a bot wall ({wall[0]})"
    return ""
