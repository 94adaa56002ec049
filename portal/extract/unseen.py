"""Letters that nobody sees: of no width, turning their neighbours round, or mere tags."""

import re

# soft hyphens come with every set page and are shown where a line ends: taken out, not counted
_SOFT = "\u00ad"
UNSEEN = re.compile(
    "[\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# what has no use in a table of figures, even once
_TELLING = re.compile(
    "[\u115f\u1160\u202a-\u202e\u2066-\u206f\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
LONGEST_RUN, MOST = 3, 7


def shown(text: str) -> str:
    """Return the text without the letters that nobody sees."""
    return text if text.isascii() else UNSEEN.sub("", text).replace(_SOFT, "")


def count(text: str) -> int:
    """Count the letters that nobody sees."""
    return 0 if text.isascii() else len(UNSEEN.findall(text))


def tells(text: str) -> bool:
    """Tell whether unseen letters may carry a message: a few come along with copied text."""
    if text.isascii():
        return False
    run = re.search(f"(?:{UNSEEN.pattern}){{{LONGEST_RUN + 1}}}", text)
    return bool(_TELLING.search(text) or run or count(text) > MOST)
