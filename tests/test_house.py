"""The house's own rules, read from the source: who imports whom, and how long things are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "portal").rglob("*.py"))
LEVEL = {"core": 0, "config": 1, "extract": 1, "sources": 2, "store": 2}
LEVEL |= {"ingest": 3, "desk": 3, "publish": 3}
LEVEL |= {"web": 4, "cli": 4}
AT_HOME = {
    "httpx": {"ingest"},
    "sqlite_utils": {"store", "publish"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "datasette": {"web"},
    "uvicorn": {"web"},
    "httpcore": {"web", "ingest"},
    "click": {"cli"},
}


def room(path: Path) -> str:
    return path.relative_to(ROOT / "portal").parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports name the whole path"
            yield node.module or ""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_point_one_way(path: Path) -> None:
    here = room(path)
    for name in imports(path):
        first, *rest = name.split(".")
        if first == "portal" and rest and rest[0] != here:
            there = rest[0]
            assert LEVEL[there] < LEVEL[here], f"{named(path)} imports {name}"
        if first in AT_HOME:
            assert here in AT_HOME[first], f"{named(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_modules_and_functions_stay_short(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300, f"{named(path)} is too long"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 40, f"{named(path)}: {node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_module_and_public_function_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{named(path)} has no docstring"
    for node in tree.body:
        public = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if public and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{named(path)}: {node.name} has no docstring"


# The desk may run scripts of its own files; no script stands in a page.
OUR_SCRIPT = re.compile(r"<script src=\"\{\{ static\('desk/[a-z]+\.js'\) \}\}\" defer></script>")


def at_desk(path: Path) -> bool:
    return (ROOT / "templates" / "desk") in path.parents


def test_pages_hold_no_script_no_inline_style_and_no_other_host() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"\son\w+=|\sstyle=|<style", text), named(path)
        assert not re.search(r"<script", OUR_SCRIPT.sub("", text)) or not at_desk(path), named(path)
        assert at_desk(path) or "<script" not in text, f"{named(path)}: readers get no script"
        for address in re.findall(r"""(?:src|href|action)=["'](https?://[^"']*)""", text):
            assert "{{" in address or "<link" not in text, f"{named(path)}: {address}"


def test_each_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    start = lines.index("dependencies = [")
    wanted = [line for line in lines[start:] if re.match(r'\s+"[a-z][\w\[\]-]*[>=<]', line)]
    assert len(wanted) >= 10
    assert all("  # " in line for line in wanted)


def test_locked_requirements_name_no_index_and_pin_with_hashes() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text("utf-8")
        assert "http://" not in text and "https://" not in text and "--index" not in text
        pins = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
        assert pins and all("==" in line and line.endswith("\\") for line in pins), named(path)
