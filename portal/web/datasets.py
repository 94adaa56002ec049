"""Datasets and the files of every edition, with checksum, licence and the meaning of columns."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, RedirectResponse, Response

from portal.core.errors import EditionError
from portal.store.reading import datasets
from portal.web.asked import held
from portal.web.edition import DATABASE, Db, Edition
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)

TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".csv-metadata.json": "application/csvm+json",
    ".db": "application/vnd.sqlite3",
}
Number = Annotated[str, InPath(pattern=r"^(current|[0-9]{1,6})$")]


@dataclass(frozen=True, slots=True)
class File:
    """One file of an edition with what its manifest says."""

    name: str
    address: str
    kind: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DatasetList:
    """The datasets, the further tables, the whole database and the editions that stand here."""

    datasets: list[tuple[Row, list[File]]]
    tables: list[tuple[str, int, list[File]]]
    database: File | None
    edition: Edition
    editions: list[int]


@dataclass(frozen=True, slots=True)
class Shown:
    """One dataset with its files and columns."""

    held: datasets.Dataset
    files: list[File]
    columns: list[tuple[str, str]]
    edition: Edition


@router.get("/datasets")
async def dataset_list(request: Request, db: Db) -> Response:
    """Show what can be downloaded."""
    edition = request.state.edition
    tables = datasets.tables(db).items()
    page = DatasetList(
        datasets=[(row, files_of(edition, row["id"])) for row in datasets.datasets(db)],
        tables=[(name, rows, files_of(edition, name)) for name, rows in tables],
        database=next((f for f in files(edition) if f.name == DATABASE), None),
        edition=edition,
        editions=request.app.state.editions.numbers(),
    )
    return render(request, "datasets.html", page)


@router.get("/datasets/{id}")
async def dataset(request: Request, db: Db, id: str) -> Response:
    """Show one dataset: its columns, its first rows, its files."""
    found = held(datasets.dataset(db, id), "dataset")
    edition = request.state.edition
    page = Shown(found, files_of(edition, id), columns(edition, id), edition)
    return render(request, "dataset.html", page)


@router.api_route("/downloads/{edition}/{name}", methods=["GET", "HEAD"])
async def download(request: Request, edition: Number, name: str) -> Response:
    """Hand out one file of an edition; only names that its manifest lists exist."""
    editions = request.app.state.editions
    try:
        whole = editions.current() if edition == "current" else editions.numbered(int(edition))
    except EditionError:
        editions.current()
        raise HTTPException(404, f"Edition {edition} does not stand here.") from None
    path = held(listed_path(whole, name), f"file in edition {whole.number}")
    media = TYPES.get(kind_of(name), "application/octet-stream")
    saved_as = f"retention-watch-{whole.number}{path.suffix}" if name == DATABASE else name
    return FileResponse(path, media_type=media, filename=saved_as)


@router.get("/downloads/{name}")
async def newest(request: Request, db: Db, name: str) -> Response:
    """Lead to a file of the current edition, under an address that stays."""
    edition = request.state.edition
    held(listed_path(edition, name), f"file in edition {edition.number}")
    return RedirectResponse(f"/downloads/{edition.number}/{name}", 307)


def listed_path(edition: Edition, name: str) -> Path | None:
    """Return where a file that the manifest lists stands, None for any other name."""
    if name == "manifest.json":
        return edition.folder / name
    where = name if name == DATABASE else f"downloads/{name}"
    return edition.folder / where if where in edition.files else None


def files(edition: Edition) -> list[File]:
    """Return the files of an edition that readers download."""
    found = []
    for where, known in edition.files.items():
        name = where.removeprefix("downloads/")
        if where == DATABASE or where.startswith("downloads/"):
            address = f"/downloads/{edition.number}/{name}"
            size, hash = int(str(known["bytes"])), str(known["sha256"])
            found.append(File(name, address, kind_of(name), size, hash))
    return found


def files_of(edition: Edition, id: str) -> list[File]:
    """Return the files of one dataset, the table before its description."""
    wanted = [f for f in files(edition) if f.name.removesuffix(f.kind) == id]
    return sorted(wanted, key=lambda f: (f.kind.endswith("-metadata.json"), f.kind))


def kind_of(name: str) -> str:
    """The ending of a file's name, that of a description being one of its own."""
    match = re.search(r"(\.csv-metadata\.json|\.[a-z0-9]+)$", name)
    return match[0] if match else ""


def columns(edition: Edition, id: str) -> list[tuple[str, str]]:
    """Return the columns of a dataset with their meaning, from the description beside it."""
    path = listed_path(edition, f"{id}.csv-metadata.json")
    if path is None:
        return []
    given = json.loads(path.read_text("utf-8"))["tableSchema"]["columns"]
    return [(c["name"], c.get("dc:description", "")) for c in given]
