"""The sources: every module of portal.sources whose name does not begin with an underscore."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import portal.sources
from portal.core.errors import UnknownCode
from portal.core.sources import Source


def modules() -> Iterator[ModuleType]:
    """Yield each source's module, in order of name."""
    for found in sorted(pkgutil.iter_modules(portal.sources.__path__), key=lambda m: m.name):
        if not found.name.startswith("_"):
            yield importlib.import_module(f"portal.sources.{found.name}")


def sources() -> dict[str, ModuleType]:
    """Every source's module by the id of its SOURCE."""
    return {source_of(module).id: module for module in modules()}


def source_of(module: ModuleType) -> Source:
    """The module's description of itself."""
    source: Source = module.SOURCE
    return source


def chosen(names: tuple[str, ...]) -> list[ModuleType]:
    """The sources named, or all; raises UnknownCode for a name that is none."""
    known = sources()
    for name in names:
        if name not in known:
            raise UnknownCode(f"a source ({', '.join(known)})", name)
    return [known[name] for name in names or known]
