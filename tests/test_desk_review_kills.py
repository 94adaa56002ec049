"""Killed in the midst of reading and recording: nothing is lost, doubled or half done."""

import os
import random
import shutil
import signal
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from desk_review import PUBLISHER, A, B, C, figures, room, who

from portal.config import Settings
from portal.core.errors import PortalError
from portal.desk.people.errors import NotAllowed
from portal.desk.review import finishing, words
from portal.desk.review.reading import Said, read, release
from portal.store import review
from portal.store.desk import Desk, connect

COUNT = 8
OTHER = Said("amend", "77", printed="77", note="Two sevens.")


def plan(ids: list[int]) -> list[tuple[str, int, Said | None]]:
    """Who reads what, in order: agreed, settled, taken back, released; None lets it be recorded."""
    deeds: list[tuple[str, int, Said | None]] = []
    for id in ids[:4]:
        deeds += [(A, id, Said("accept")), (B, id, Said("accept"))]
    deeds += [("", 0, None), (A, ids[4], Said("accept")), (B, ids[4], OTHER), (C, ids[4], OTHER)]
    deeds += [(A, ids[5], Said("accept")), (PUBLISHER, ids[5], None), ("", 0, None)]
    deeds += [(B, ids[5], Said("accept")), (A, ids[6], Said("reject", note="A heading."))]
    deeds += [(B, ids[6], Said("reject", note="A heading.")), (A, ids[7], Said("accept"))]
    gone = Said("reject", note="A sum of others.")
    return [*deeds, (A, ids[0], gone), (B, ids[0], gone), ("", 0, None)]


def work(db: Desk, config: Settings, ids: list[int], begin: int = 0) -> None:
    """Do the plan from one deed on, as browser and worker do."""
    for person, id, said in plan(ids)[begin:]:
        row = review.proposal(db, id) if id else None
        if row is None:
            finishing.finish(db, config.archive)
        elif said is None:
            release(db, who(person), id, row["version"])
        else:
            read(db, who(person), id, said, row["version"])


def done(db: Desk, ids: list[int]) -> int:
    """How many deeds of the plan stand in the store: where a person would go on."""
    read_by = Counter(
        (row[0], row[1]) for row in db.execute("SELECT proposal, person FROM person_readings")
    )
    released = db.execute(
        "SELECT count(*) FROM audit WHERE action = 'release single reading'"
    ).fetchone()[0]
    for position, (person, id, said) in enumerate(plan(ids)):
        if said is not None:
            if not read_by[id, person]:
                return position
            read_by[id, person] -= 1
        elif id and not released:
            return position
    return len(plan(ids)) - 1


def in_a_process(deed: Callable[[], None]) -> int:
    """Run it in a process of its own; returns the signal that ended it, 0 for none."""
    child = os.fork()
    if child == 0:
        try:
            deed()
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def counting(db: Desk, last: int, place: Path) -> None:
    """Kill this process before its statement of that number; 0 only counts, into a file."""
    seen = 0

    def statement(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)
        if not last:
            place.write_text(str(seen))

    db.conn.set_trace_callback(statement)


def end(db: Desk) -> dict[str, object]:
    """Everything that must be the same, however often the work was broken off."""
    counts = {
        name: db.execute(sql).fetchall()
        for name, sql in {
            "proposals": "SELECT id, state, version FROM proposals ORDER BY id",
            "read": "SELECT proposal, person, verdict, value FROM person_readings ORDER BY id",
            "approved": "SELECT proposal, rule, observation FROM approvals ORDER BY id",
            "figures": "SELECT g.observation, g.revision, g.value, g.status, g.note FROM readings g"
            " JOIN imports i ON i.id = g.import WHERE i.name LIKE 'desk/%' ORDER BY 1, 2",
            "decided": "SELECT d.observation, d.revision, d.rule FROM decisions d"
            " JOIN observations o ON o.id = d.observation WHERE o.feed LIKE 'desk/%' ORDER BY 1, 2",
            "sources": "SELECT id, count(*) FROM records WHERE kind = 'desk_source' GROUP BY id",
            "audit": "SELECT action, object, count(*) FROM audit WHERE actor <> 'portal'"
            " OR action = 'record figure' GROUP BY 1, 2 ORDER BY 1, 2",
            "waiting": "SELECT count(*) FROM approvals WHERE recorded_at = ''",
            "empty": "SELECT count(*) FROM imports WHERE name LIKE 'desk/%' AND new + revised = 0",
        }.items()
    }
    return dict(counts)


class Room:
    """A prepared installation; each trial works on a copy of its store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config, db = room(folder)
        _, self.ids = figures(db, self.config.archive, COUNT)
        words.words(db)  # kept from here on, so that every trial counts the same statements
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.conn.close()

    def copy(self, name: str) -> Settings:
        """A copy of the store; the archive is shared, for nothing of it changes."""
        var = self.folder / name
        var.mkdir()
        shutil.copyfile(self.config.desk, var / "desk.db")
        (var / "archive").symlink_to(self.config.archive)
        return replace(self.config, var=var)

    def trial(self, name: str, last: int) -> tuple[int, dict[str, object]]:
        """Work, killed at that statement; then go on where it stopped, to the end."""
        config = self.copy(name)

        def first() -> None:
            db = connect(config.desk)
            counting(db, last, config.var / "counted")
            work(db, config, self.ids)

        ended = in_a_process(first)
        db = connect(config.desk)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if ended:
            finishing.finish(db, config.archive)  # what a worker does when it comes back
            work(db, config, self.ids, done(db, self.ids))
        try:
            return ended, end(db)
        finally:
            db.conn.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("kills"))


@pytest.fixture(scope="module")
def whole(prepared: Room) -> tuple[int, dict[str, object]]:
    """What uninterrupted work comes to, and how many statements it takes."""
    ended, found = prepared.trial("whole", 0)
    assert ended == 0 and found["waiting"] == [(0,)] and found["empty"] == [(0,)]
    states = [state for _, state, _ in found["proposals"]]  # type: ignore[attr-defined]
    ends = ["rejected", *["recorded"] * 5, "rejected", "single"]
    assert states == ends
    return int((prepared.folder / "whole" / "counted").read_text()), found


def killed(prepared: Room, whole: tuple[int, dict[str, object]], points: list[int]) -> None:
    for point in points:
        ended, found = prepared.trial(f"killed-{point}", point)
        assert ended == signal.SIGKILL, point
        assert found == whole[1], f"killed before statement {point} of {whole[0]}"
        shutil.rmtree(prepared.folder / f"killed-{point}")


def test_killed_at_some_points_the_work_ends_as_if_it_never_was(
    prepared: Room, whole: tuple[int, dict[str, object]]
) -> None:
    killed(prepared, whole, random.Random(8).sample(range(1, whole[0] + 1), 8))


@pytest.mark.slow
def test_killed_at_a_hundred_random_points_the_work_ends_as_if_it_never_was(
    prepared: Room, whole: tuple[int, dict[str, object]]
) -> None:
    killed(prepared, whole, random.sample(range(1, whole[0] + 1), 100))


def test_a_reading_that_was_refused_leaves_no_trace_when_killed(prepared: Room) -> None:
    config = prepared.copy("refused")
    db = connect(config.desk)
    read(db, who(A), prepared.ids[0], Said("accept"), 1)
    before = end(db)

    def refused() -> None:
        mine = connect(config.desk)
        with pytest.raises(NotAllowed):
            read(mine, who("contributor-a"), prepared.ids[0], Said("accept"), 2)
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process(refused) == signal.SIGKILL
    assert end(db) == before
    assert issubclass(NotAllowed, PortalError)
