"""The bench of sources compares the portal with a plain importer that does the same work."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from portal.config import Settings
from portal.core.sources import Snapshot
from portal.ingest import registry, running
from portal.ingest.scrape import take_in
from portal.store.desk import open_desk

sys.path.append(str(Path(__file__).parents[1] / "scripts"))

import bench_rivals
import bench_sources


@pytest.mark.parametrize("source", bench_sources.FIGURES)
def test_the_plain_importer_writes_the_very_rows_of_the_portal(tmp_path: Path, source: str) -> None:
    content = "".join(bench_sources.LINES[source](5_000)).encode()
    with closing(open_desk(tmp_path / "same.db")) as db:
        bench_rivals.same(db, source, content)
        plainly, rows = bench_rivals.held(db), db["readings"].count
    with closing(open_desk(tmp_path / "desk.db")) as db:
        run = running.start(Settings(var=tmp_path), db, lambda text: None)
        address, moment = bench_sources.NAMES[source], bench_sources.MOMENT
        take_in(run, registry.sources()[source], Snapshot(address, content, moment, "text/csv"))
        assert bench_rivals.held(db) == plainly
        assert db["readings"].count == rows == 5_000 * bench_sources.FIGURES[source]
