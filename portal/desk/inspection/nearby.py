"""Words beside a number that say what it is: in the text before it, or in its column's head."""

import re
from collections.abc import Callable

Check = Callable[[re.Match[str], str, str], bool]


def near(words: str) -> Check:
    """Return a check: one of the words stands close before the match, or in its header."""
    pattern = re.compile(rf"\b(?:{words})", re.I)

    def check(found: re.Match[str], text: str, context: str) -> bool:
        before = text[max(0, found.start() - 40) : found.start()]
        return bool(pattern.search(before) or pattern.search(context))

    return check


health = near(r"nhs|patient|health|hospital|chi\b|h&c")
vehicle = near(r"vehicle|vrm|reg\b|reg\.|registration|number plate|plate|car\b|anpr|vrn")
network = near(r"ip\b|ipv[46]|address|host|resolved|log|session|server|user")
version = near(
    r"version|ver\b|v\b|v\.|release|build|firmware|section|clause|para|paragraph|rfc|oid"
)
telephone = near(r"tel|phone|mobile|mob\b|call|fax|msisdn|contact|landline|dial|text\b|sms")
birth = near(r"born|birth|d\.?o\.?b\b|birthday|b\.|aged?\b")
device = near(r"imei|handset|device|serial")
subscriber = near(r"imsi|sim\b|subscriber")
postal = near(r"post ?code|address|lives|resid|home|street|road|avenue|lane|close")
