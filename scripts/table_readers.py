"""Our table reader and others behind one signature, for the comparison."""

import json
import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from scripts.table_scores import Box, Spot

Regions = list[tuple[int, Box]] | None
Reader = Callable[[Path, Regions], list[list[Spot]]]
AROUND = 2.0


def _spots(grid: list[list[str | None]]) -> list[Spot]:
    return [Spot(r, k, 1, 1, t or "") for r, row in enumerate(grid) for k, t in enumerate(row)]


def ours(path: Path, regions: Regions) -> list[list[Spot]]:
    """portal.extract."""
    from portal.extract import Limits, tables
    from portal.extract.pdf import opened, region_table
    from portal.extract.pdf_model import Frame

    content = path.read_bytes()
    if regions is None:
        found = tables(content, "pdf", join=False)
    else:
        with opened(content) as document:
            heights = [Frame.of(document[page - 1]).height for page, _ in regions]
        found = []
        for (page, (left, bottom, right, top)), high in zip(regions, heights, strict=True):
            # The competition measures from the bottom of the page as shown, turned pages too.
            shown = (left, high - top, right, high - bottom)
            table = region_table(content, page, shown, Limits())
            found += [table] if table else []
    return [
        [Spot(c.row, c.column, c.row_span, c.column_span, c.text) for c in t.cells] for t in found
    ]


def pdfplumber(path: Path, regions: Regions) -> list[list[Spot]]:
    """pdfplumber with its defaults; a given region keeps the tables that lie over it."""
    import pdfplumber as library

    found = []
    with library.open(path) as document:
        for number, page in enumerate(document.pages, 1):
            for table in page.find_tables():
                left, top, right, bottom = table.bbox
                box = (left, float(page.height) - bottom, right, float(page.height) - top)
                if regions is None or _over(number, box, regions):
                    found.append(_spots(table.extract()))
    return found


def _over(page: int, box: Box, regions: list[tuple[int, Box]]) -> bool:
    return any(page == number and _share(box, region) > 0.3 for number, region in regions)


def _share(one: Box, other: Box) -> float:
    """Return how much of the smaller box the two have in common."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, other)]
    return wide * high / max(min(areas), 1.0)


def camelot(flavor: str) -> Reader:
    """camelot with one of its flavors."""

    def read(path: Path, regions: Regions) -> list[list[Spot]]:
        import camelot as library

        if regions is None or flavor == "lattice":
            pages = "all" if regions is None else ",".join(sorted({str(n) for n, _ in regions}))
            tables = library.read_pdf(str(path), pages=pages, flavor=flavor)
            return [
                _spots(t.df.values.tolist())
                for t in tables
                if regions is None or _over(t.page, t._bbox, regions)
            ]
        return [spots for region in regions for spots in _camelot_region(path, flavor, region)]

    return read


def _camelot_region(path: Path, flavor: str, region: tuple[int, Box]) -> Iterator[list[Spot]]:
    import camelot as library

    page, (left, bottom, right, top) = region
    area = f"{left - AROUND},{top + AROUND},{right + AROUND},{bottom - AROUND}"
    try:
        found = library.read_pdf(str(path), pages=str(page), flavor=flavor, table_areas=[area])
    except Exception:  # one region that it cannot read leaves the others
        return
    yield from (_spots(t.df.values.tolist()) for t in found)


def tabula(*options: str) -> Reader:
    """tabula-java; its jar comes with tabula-py."""

    def read(path: Path, regions: Regions) -> list[list[Spot]]:
        if regions is None:
            guess = [] if "-g" in options else ["-g"]
            return _tabula(path, "all", [*options, *guess])
        import pypdfium2

        found = []
        document = pypdfium2.PdfDocument(path)
        for page, (left, bottom, right, top) in regions:
            high = document[page - 1].get_height()
            sides = (high - top - AROUND, left - AROUND, high - bottom + AROUND, right + AROUND)
            area = ",".join(f"{side:.1f}" for side in sides)
            plain = [o for o in options if o != "-g"]
            found += _tabula(path, str(page), [*plain, "-a", area])
        return found

    return read


def _tabula(path: Path, pages: str, options: list[str]) -> list[list[Spot]]:
    spec = find_spec("tabula")
    assert spec and spec.origin, "tabula-py is not installed"
    jar = next(Path(spec.origin).parent.glob("tabula-*.jar"))
    command = ["java", "-jar", str(jar), "-p", pages, "-f", "JSON", *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    tables = json.loads(done.stdout or "[]")
    return [_spots([[cell["text"] for cell in row] for row in t["data"]]) for t in tables]


READERS: dict[str, Reader] = {
    "ours": ours,
    "pdfplumber": pdfplumber,
    "camelot lattice": camelot("lattice"),
    "camelot stream": camelot("stream"),
    "camelot network": camelot("network"),
    "camelot hybrid": camelot("hybrid"),
    "tabula lattice": tabula("-l"),
    "tabula stream": tabula("-t"),
    "tabula auto": tabula("-g"),
}


def missing(name: str) -> str:
    """What a reader needs that is not here, or nothing."""
    library = {"camelot": "camelot", "tabula": "tabula"}.get(name.split()[0])
    if library and find_spec(library) is None:
        return f"{library} is not installed"
    return "Java is not installed" if library == "tabula" and not which("java") else ""
