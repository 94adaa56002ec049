"""Further forms of identifiers: old and regional ones, spoken ones, and disguised ones."""

import re

from portal.desk.inspection import nearby
from portal.desk.inspection import pii_checks as checks
from portal.desk.inspection.pii_checks import AT, DOT, HONOUR, MONTH, NAME, SPOKEN

# kind, letters of which one must be in the text at all, pattern, flags, check
MORE: tuple[tuple[str, str, str, int, nearby.Check], ...] = (
    (
        "nino",
        "#",
        r"(?<![A-Z0-9])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ \-]?\d\d[ \-]?\d\d[ \-]?\d\d"
        r"(?![ \-]?[A-Z0-9])",
        re.A | re.I,
        nearby.near(r"ni\b|nino|national insurance"),
    ),
    (
        "postcode",
        "#",
        r"(?<![A-Z0-9])BFPO ?\d{1,4}(?![A-Za-z0-9])",
        re.A | re.I,
        checks.always,
    ),
    (
        "postcode",
        "#",
        r"(?<![a-z0-9])(?:[a-z]{1,2}\d{1,2}[a-z]?) ?\d[abd-hjlnp-uw-z]{2}(?![A-Za-z0-9])",
        re.A,
        nearby.near(r"zip|post to|lives at|sent to"),
    ),
    (
        "vehicle",
        "#",
        r"(?<![A-Za-z0-9/\-])[a-hk-pr-y][a-hj-pr-y]\d\d ?[a-hj-pr-z]{3}(?![A-Za-z0-9])",
        re.A,
        checks.driven,
    ),
    (
        "vehicle",
        "#",
        r"(?<![A-Z0-9/\-])(?:[A-Z]{2}\d\d[ \-][A-Z]{3}|[A-Z]{1,3} \d{1,4}|\d{1,4} ?[A-Z]{1,3}"
        r"|[A-Z]\d{1,3} ?[A-Z]{3}|[A-HJ-Z]?[A-HJ-Z]?[A-Z][IZ][A-Z]? ?\d{1,4})(?![A-Za-z0-9])",
        re.A,
        checks.driven,
    ),
    (
        "vehicle",
        "#",
        r"(?<![A-Z0-9/\-])[A-HJ-Z][IZ][A-HJ-Z] ?\d{3,4}(?![A-Za-z0-9])",
        re.A,
        checks.northern,
    ),
    (
        "ip",
        ".",
        r"(?<![\w.])\d{1,3}(?:\[\.\]|\[dot\]|\(\.\))\d{1,3}"
        r"(?:(?:\[\.\]|\[dot\]|\(\.\)|\.)\d{1,3}){2}(?!\w)",
        re.A | re.I,
        checks.always,
    ),
    (
        "phone",
        "#",
        r"(?<![\w/.,\-])44[ \-]?(?:7\d{3}|[123]\d{2,3})(?:[ \-]?\d){6,7}(?![\w/])",
        re.A,
        checks.phone,
    ),
    (
        "phone",
        "#",
        r"(?<![\w/.,\-])08(?:00 ?1111|45 ?\d{2} ?\d{2} ?\d{2,3}|45 ?46 ?4\d)(?![\w/])",
        re.A,
        checks.always,
    ),
    (
        "date_of_birth",
        "#",
        rf"(?<![\w/])(?:the )?\d{{1,2}}(?:st|nd|rd|th)? (?:day )?of {MONTH}[ ,]{{1,2}}"
        r"(?:\d{4}|\d{2})(?![\w/])",
        re.A | re.I,
        nearby.birth,
    ),
    (
        "date_of_birth",
        "A",
        rf"\b(?:{SPOKEN})(?: day)?(?: of)? {MONTH}\b",
        re.A | re.I,
        nearby.birth,
    ),
    (
        "date_of_birth",
        "#",
        r"(?<![\w/])(?:0[1-9]|[12]\d|3[01])[ ]?(?:0[1-9]|1[0-2])[ ]?(?:19|20)\d\d(?![\w/])",
        re.A,
        nearby.near(r"born|birth|d[. ]?o[. ]?b\b"),
    ),
    (
        "crime_reference",
        "#",
        r"(?<![\w/])(?!(?:19|20)\d\d/\d\d(?:\d\d)?(?!\d))(?:\d{1,3}|[A-Z]{1,3})?/?\d{4,8}/\d{2,4}(?![\w/])",
        re.A | re.I,
        nearby.near(r"crime|crn\b|offence|occurrence|incident|niche|athena|storm|urn\b"),
    ),
    (
        "crime_reference",
        "#",
        r"(?<![\w/])\d{2}/\d{3,7}/\d{2,4}"
        r"(?= (?:for|in) (?:the|this) (?:crime|offence|incident))",
        re.A | re.I,
        checks.always,
    ),
    (
        "crime_reference",
        "#",
        r"\b(?:niche|athena|connect|storm|crn|urn)"
        r"(?: (?:ref|reference|number|no|record|log|id)\.?){0,2}"
        r"[ :#]{1,3}(?=[A-Z0-9/\-]*\d{4})[A-Z0-9/\-]{6,16}(?!\w)",
        re.A | re.I,
        checks.always,
    ),
    (
        "crime_reference",
        "#",
        rf"\b(?:storm|incident|log|cad)(?: (?:log|number|no\.?|ref))? ?#?\d{{1,5}}"
        rf" (?:of|on|dated) (?:the )?"
        rf"(?:\d{{1,2}}(?:st|nd|rd|th)? {MONTH}|\d{{1,2}}[/.\-]\d{{1,2}})",
        re.A | re.I,
        checks.always,
    ),
    (
        "email",
        "@＠",
        r"(?<![\w.+\-])[\w.%+'\-]{1,64} ?[@＠] ?"
        r"[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{2,63}){1,6}",
        re.A,
        checks.always,
    ),
    (
        "email",
        "@",
        r"\"[^\"@\n]{1,60}\"@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{2,63}){1,6}",
        re.A,
        checks.always,
    ),
    (
        "email",
        "D",
        rf"(?<![\w.+\-])[\w.%+'\-]{{1,64}}(?:{AT})[A-Za-z0-9\-]{{1,63}}"
        rf"(?:(?:{DOT})[A-Za-z0-9\-]{{2,63}}){{1,4}}(?![\w])",
        re.A | re.I,
        checks.always,
    ),
    (
        "collar",
        "#",
        r"(?<![A-Za-z0-9/\-])(?:WPC|PC|PS|PCSO|SPC|TDC)[A-Z]?\d{3,5}(?![\w/])",
        re.A,
        checks.always,
    ),
    (
        "collar",
        "#",
        r"(?<![A-Za-z0-9/\-])(?:DC|DS|DI|PC|PS|Sgt)(?: ?[A-Z])? ?\d{3,5}(?![\w/,.]\d)(?!\w)",
        re.A,
        checks.always,
    ),
    ("name", "A", rf"\b{HONOUR}\.? (?:[A-Z]\.? ){{0,2}}(?:O['’])?{NAME}", 0, checks.named),
)
