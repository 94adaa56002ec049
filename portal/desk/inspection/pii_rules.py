"""The forms of identifiers, each with its check; every repeat is bounded."""

import re

from portal.desk.inspection import nearby
from portal.desk.inspection import pii_checks as checks
from portal.desk.inspection.pii_checks import DATE, NAME, RANK, TITLE
from portal.desk.inspection.pii_more import MORE

# kind, letters of which one must be in the text at all, pattern (every repeat bounded), check
RULES: tuple[tuple[str, str, re.Pattern[str], nearby.Check], ...] = tuple(
    (kind, need, re.compile(pattern, flags), check)
    for kind, need, pattern, flags, check in (
        (
            "email",
            "@",
            r"(?<![\w.+\-])[\w.%+'\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{2,63}){1,6}",
            re.A,
            checks.always,
        ),
        (
            "nhs",
            "#",
            r"(?<![\w.,£$/\-])\d{3}[ \-]?\d{3}[ \-]?\d{4}(?![\w/\-])",
            re.A,
            checks.health_number,
        ),
        (
            "nino",
            "#",
            r"(?<![A-Z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
            r"[ \-]?\d\d[ \-]?\d\d[ \-]?\d\d[ \-]?[A-D](?![A-Z0-9])",
            re.A | re.I,
            checks.always,
        ),
        (
            "postcode",
            "#",
            r"(?<![A-Z0-9])(?:GIR 0AA|[A-PR-UWYZ](?:\d\d?|[A-HK-Y]\d\d?|\d[A-HJKPSTUW]"
            r"|[A-HK-Y]\d[ABEHMNPRV-Y]) ?\d[ABD-HJLNP-UW-Z]{2})(?![A-Za-z0-9])",
            re.A,
            checks.always,
        ),
        (
            "postcode",
            "#",
            r"(?<![a-z0-9])[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}(?![A-Za-z0-9])",
            re.A,
            nearby.postal,
        ),
        (
            "vehicle",
            "#",
            r"(?<![A-Z0-9/\-])[A-HK-PR-Y][A-HJ-PR-Y]\d\d ?[A-HJ-PR-Z]{3}(?![A-Za-z0-9])",
            re.A,
            checks.current_vehicle,
        ),
        (
            "vehicle",
            "#",
            r"(?<![A-Z0-9/\-])(?:[A-HJ-NPR-Y]\d{1,3} ?[A-HJ-PR-Y]{3}"
            r"|[A-HJ-PR-Y]{3} ?\d{1,3}[A-HJ-NPR-Y])(?![A-Za-z0-9])",
            re.A,
            checks.prefixed_vehicle,
        ),
        (
            "vehicle",
            "#",
            r"(?<![A-Z0-9/\-])(?:[A-Z]{1,3} \d{1,4}|[A-Z]{2}\d\d ?[A-Z]{3})(?![A-Za-z0-9])",
            re.A,
            nearby.near(r"vehicle|vrm|vrn|number plate|anpr"),
        ),
        ("ip", ".", r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)", re.A, checks.ipv4),
        (
            "ip",
            ":",
            r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])",
            re.A,
            checks.ipv6,
        ),
        (
            "mac",
            ":-",
            r"(?<![\w:\-])[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}(?![\w:\-])",
            re.A,
            checks.always,
        ),
        (
            "phone",
            "#",
            r"(?<![\w/.,\-])(?:\+|00|\(?0)(?:[ ().\-]{0,2}\d){8,14}(?![\w/])",
            re.A,
            checks.phone,
        ),
        ("phone", "#", r"(?<![\w/.,\-])[127]\d{9}(?![\w/])", re.A, nearby.telephone),
        ("date_of_birth", "#", rf"(?<![\w/]){DATE}(?![\w/])", re.A | re.I, nearby.birth),
        (
            "crime_reference",
            "#",
            r"(?<![\w/])CR(?:[/\-]\d{4,8}[/\-]\d{2,4}|\d{8,12})(?![\w/])",
            re.A,
            checks.always,
        ),
        (
            "crime_reference",
            "#",
            r"\b(?:crime|incident|occurrence|offence|custody|cad|urn|intel(?:ligence)?)"
            r"(?: (?:log|record|report|reference|ref|number|no)\.?){0,3}[ :#]{1,3}"
            r"(?P<reference>[A-Z0-9]{1,12}(?:[/\-][A-Z0-9]{1,10}){1,3}|\d{7,14})(?![\w/])",
            re.A | re.I,
            checks.reference,
        ),
        (
            "collar",
            "#",
            rf"\b{RANK}\.? (?:no\.? |number )?\d{{2,6}}[A-Z]{{0,2}}(?![\w/,.]\d)\b",
            re.A,
            checks.always,
        ),
        (
            "collar",
            "#",
            r"\b(?:collar|shoulder|warrant card|warrant|badge|officer)(?: (?:no\.?|number))?"
            r"[ :#]{1,3}[A-Z]{0,2}\d{3,6}(?![\w/,.]\d)\b",
            re.A | re.I,
            checks.always,
        ),
        (
            "imei",
            "#",
            r"(?<![\w.])\d{2}[ \-]?\d{6}[ \-]?\d{6}[ \-]?\d(?!\w)",
            re.A,
            checks.device_number,
        ),
        ("imsi", "#", r"(?<![\w.])\d{14,15}(?!\w)", re.A, nearby.subscriber),
        ("name", "A", rf"\b{TITLE}\.? (?:[A-Z]\.? ){{0,2}}{NAME}", 0, checks.named),
        *MORE,
    )
)
