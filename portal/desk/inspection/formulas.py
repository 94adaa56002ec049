"""Formulas of a workbook: those that reach outside, and totals that are not what they say."""

import math
import re
from collections.abc import Callable, Iterator

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from portal.desk.inspection import spans

_EXTERNAL = re.compile(
    r"\[[1-9]\d*\]|\[[^\[\]]+\.(?:xl\w{1,2}|csv|ods)\]|'?(?:file|https?)://", re.I
)
_REACHES = re.compile(
    r"\b(?:WEBSERVICE|FILTERXML|RTD|CALL|REGISTER(?:\.ID)?|DDE|EXEC|IMPORTDATA|IMPORTXML|SQL\.REQUEST"
    r"|STOCKHISTORY|IMAGE)\s*\(|^=?\s*\w+\|",
    re.I,
)
_LINK = re.compile(r"\bHYPERLINK\s*\(", re.I)
Values = Callable[[str, int, int], float | str | None]
MOST_CELLS = 200_000


class _Unknown(Exception):
    """A formula that we do not calculate."""


def reaches_out(formula: str) -> Iterator[str]:
    """Yield the findings of a formula that reads or calls something outside the workbook."""
    if _EXTERNAL.search(formula):
        yield "external_link"
    if _REACHES.search(formula) or (_LINK.search(formula) and "&" in formula):
        yield "external_reference"


def disagrees(formula: str, cached: float | str, values: Values, sheet: str) -> bool:
    """Tell whether a cached number is not what its formula gives; False where we cannot tell."""
    if not isinstance(cached, float):
        return False
    try:
        tokens = [t for t in Tokenizer(f"={formula}").items if t.type != Token.WSPACE]
        result, rest = _sum(tokens, values, sheet)
    except (_Unknown, IndexError, ValueError, ZeroDivisionError, OverflowError, TypeError):
        return False
    if rest or not isinstance(result, float) or not math.isfinite(result):
        return False
    return abs(result - cached) > max(1e-6, 1e-7 * abs(cached))


Parsed = tuple[object, list[Token]]


def _sum(tokens: list[Token], values: Values, sheet: str) -> Parsed:
    left, tokens = _product(tokens, values, sheet)
    while tokens and tokens[0].value in ("+", "-"):
        sign = 1 if tokens[0].value == "+" else -1
        right, tokens = _product(tokens[1:], values, sheet)
        left = _one(left) + sign * _one(right)
    return left, tokens


def _product(tokens: list[Token], values: Values, sheet: str) -> Parsed:
    left, tokens = _power(tokens, values, sheet)
    while tokens and tokens[0].value in ("*", "/"):
        operator = tokens[0].value
        right, tokens = _power(tokens[1:], values, sheet)
        left = _one(left) * _one(right) if operator == "*" else _one(left) / _one(right)
    return left, tokens


def _power(tokens: list[Token], values: Values, sheet: str) -> Parsed:
    left, tokens = _operand(tokens, values, sheet)
    while tokens and tokens[0].value == "%":
        left, tokens = _one(left) / 100, tokens[1:]
    return left, tokens


def _operand(tokens: list[Token], values: Values, sheet: str) -> Parsed:
    token, rest = tokens[0], tokens[1:]
    if token.type == Token.OP_PRE:
        value, rest = _operand(rest, values, sheet)
        return (-_one(value) if token.value == "-" else _one(value)), rest
    if token.type == Token.OPERAND and token.subtype == Token.NUMBER:
        return float(token.value), rest
    if token.type == Token.OPERAND and token.subtype == Token.RANGE:
        return _range(token.value, values, sheet), rest
    if token.type == Token.PAREN and token.subtype == Token.OPEN:
        value, rest = _sum(rest, values, sheet)
        if not rest or rest[0].subtype != Token.CLOSE:
            raise _Unknown
        return value, rest[1:]
    if token.type == Token.FUNC and token.subtype == Token.OPEN:
        return _call(token.value.rstrip("(").upper(), rest, values, sheet)
    raise _Unknown


def _call(name: str, tokens: list[Token], values: Values, sheet: str) -> Parsed:
    arguments: list[object] = []
    while tokens[0].type != Token.FUNC or tokens[0].subtype != Token.CLOSE:
        if tokens[0].type == Token.SEP:
            tokens = tokens[1:]
            continue
        value, tokens = _sum(tokens, values, sheet)
        arguments.append(value)
    numbers = [n for argument in arguments for n in _many(argument)]
    if name not in _FUNCTIONS:
        raise _Unknown
    return float(_FUNCTIONS[name](numbers)), tokens[1:]


_FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "SUM": math.fsum,
    "AVERAGE": lambda numbers: math.fsum(numbers) / len(numbers),
    "MIN": lambda numbers: min(numbers, default=0.0),
    "MAX": lambda numbers: max(numbers, default=0.0),
    "COUNT": lambda numbers: float(len(numbers)),
    "PRODUCT": math.prod,
    "ABS": lambda numbers: abs(numbers[0]),
}


def _many(value: object) -> list[float]:
    if isinstance(value, list):
        return [number for number in value if isinstance(number, float)]
    return [_one(value)]


def _one(value: object) -> float:
    if isinstance(value, float):
        return value
    if isinstance(value, list) and len(value) == 1:
        if isinstance(value[0], float):
            return value[0]
        if value[0] is None:
            return 0.0
    raise _Unknown


def _range(text: str, values: Values, sheet: str) -> list[float | str | None]:
    name, mark, reference = text.rpartition("!")
    where = name.strip("'").replace("''", "'") if mark else sheet
    found = spans.area(reference)
    if found is None:
        raise _Unknown
    top, left, bottom, right = found
    if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
        raise _Unknown
    return [
        values(where, row, column)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]
