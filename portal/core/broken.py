"""What went wrong where, for a log: the kinds of errors and the lines of code, never their words.

The words of an error may quote what it stumbled over, and that may be what nobody is to read.
"""

import logging
import traceback


def told(problem: BaseException) -> str:
    """The kind of an error, of what caused it, and the lines of code that led to it."""
    chain: list[str] = []
    seen: set[int] = set()
    each: BaseException | None = problem
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        lines = "".join(traceback.format_tb(each.__traceback__))
        chain.append(f"{type(each).__name__}\n{lines}")
        each = each.__cause__ or each.__context__
    return "after ".join(chain).rstrip()


class WithoutWords(logging.Filter):
    """Takes the words of errors out of what a log keeps."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, its error told by kind and place."""
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text, record.exc_info = told(record.exc_info[1]), None
        return True
