"""Jobs of the desk: asked for once, taken by one, given back when a worker is gone."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as effort
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from portal.core.errors import StoreError
from portal.store import queue
from portal.store.desk import Desk, connect, open_desk, transaction


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path / "desk.db")
    yield opened
    opened.close()


def ask(db: Desk, what: str, object: str) -> int:
    with transaction(db) as conn:
        return queue.ask(conn, what, object, "reviewer-a")


def test_the_same_job_is_not_asked_for_twice_while_it_waits_or_runs(db: Desk) -> None:
    first = ask(db, "read", "a")
    assert ask(db, "read", "a") == first
    job = queue.take(db, 60)
    assert job is not None and job.id == first and job.attempt == 1
    assert ask(db, "read", "a") == first
    queue.done(db, job)
    assert ask(db, "read", "a") != first
    assert queue.counts(db) == {("read", "done"): 1, ("read", "waiting"): 1}


def test_jobs_are_taken_oldest_first_and_only_of_the_kinds_wanted(db: Desk) -> None:
    ask(db, "fetch", "x")
    ask(db, "read", "a")
    ask(db, "read", "b")
    taken = [queue.take(db, 60, ("read",)) for _ in range(3)]
    assert [job and job.object for job in taken] == ["a", "b", None]
    other = queue.take(db, 60)
    assert other is not None and other.what == "fetch"


def test_what_an_earlier_attempt_brings_back_is_thrown_away(db: Desk) -> None:
    ask(db, "read", "a")
    early = queue.take(db, 60)
    assert queue.give_back(db) == 1
    late = queue.take(db, 60)
    assert early is not None and late is not None and late.attempt == 2
    with transaction(db) as conn:
        assert not queue.finish(conn, early)
    assert queue.counts(db) == {("read", "running"): 1}
    with transaction(db) as conn:
        assert queue.finish(conn, late)
        assert not queue.finish(conn, late)
    assert queue.counts(db) == {("read", "done"): 1}


def test_a_job_that_ends_its_workers_fails_after_three_attempts_and_says_so(db: Desk) -> None:
    ask(db, "read", "a")
    for _ in range(queue.ATTEMPTS):
        assert queue.take(db, 60)
        queue.give_back(db)
    assert queue.take(db, 60) is None
    job = queue.of(db, "read", "a")
    assert job is not None and job["state"] == "failed"
    assert job["problem"] == "given up after 3 attempts that did not come back"
    said = db.execute("SELECT actor, action, object FROM audit").fetchall()
    assert said == [("portal", "job failed", "read a")]


def test_only_jobs_whose_time_is_over_are_given_back_while_others_work(db: Desk) -> None:
    ask(db, "read", "a")
    ask(db, "read", "b")
    queue.take(db, -10)
    queue.take(db, 600)
    assert queue.give_back(db, only_over=True) == 1
    assert [job.object for job in queue.running(db, ("read",))] == ["b"]


def test_a_job_asked_for_in_a_transaction_that_breaks_was_never_asked_for(db: Desk) -> None:
    with pytest.raises(StoreError), transaction(db) as conn:
        queue.ask(conn, "read", "a", "reviewer-a")
        raise sqlite3.OperationalError("no such thing")
    assert queue.take(db, 60) is None


def test_no_job_is_taken_twice_by_workers_side_by_side(db: Desk, tmp_path: Path) -> None:
    with transaction(db) as conn:
        for number in range(60):
            queue.ask(conn, "read", str(number), "reviewer-a")
    taken: list[str] = []

    def work() -> None:
        mine = connect(tmp_path / "desk.db")
        while job := queue.take(mine, 60):
            taken.append(job.object)
            queue.done(mine, job)
        mine.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(taken, key=int) == [str(number) for number in range(60)]


class Jobs(RuleBasedStateMachine):
    """Any order of asking, taking, dying, ending: each object is worked on by one at a time."""

    @initialize()
    def begin(self) -> None:
        self.db = Desk(sqlite3.connect(":memory:", isolation_level=None))
        for statement in JOBS:
            self.db.conn.execute(statement)
        self.held: list[queue.Job] = []
        self.done: list[int] = []

    @rule(name=some.sampled_from("abc"))
    def ask(self, name: str) -> None:
        ask(self.db, "read", name)

    @rule(seconds=some.sampled_from([-10, 600]))
    def take(self, seconds: int) -> None:
        job = queue.take(self.db, seconds)
        if job:
            self.held.append(job)

    @rule(over=some.booleans())
    def give_back(self, over: bool) -> None:
        queue.give_back(self.db, only_over=over)

    @rule(which=some.integers(0, 20))
    def finish(self, which: int) -> None:
        if self.held:
            job = self.held.pop(which % len(self.held))
            with transaction(self.db) as conn:
                if queue.finish(conn, job):
                    self.done.append(job.id)

    @invariant()
    def nothing_is_doubled(self) -> None:
        if not hasattr(self, "db"):
            return
        assert len(self.done) == len(set(self.done))
        going = "SELECT object FROM jobs WHERE state IN ('waiting', 'running')"
        objects = [row[0] for row in self.db.execute(going).fetchall()]
        assert len(objects) == len(set(objects))
        (most,) = self.db.execute("SELECT coalesce(max(attempt), 0) FROM jobs").fetchone()
        assert most <= queue.ATTEMPTS
        ended = self.db.execute("SELECT id FROM jobs WHERE state = 'done'").fetchall()
        assert sorted(self.done) == [row[0] for row in ended]


def test_any_order_of_deeds_leaves_each_job_done_once(db: Desk) -> None:
    wanted = (
        "SELECT sql FROM sqlite_master"
        " WHERE tbl_name IN ('jobs', 'audit') AND type <> 'trigger' AND sql IS NOT NULL"
    )
    JOBS[:] = [row[0] for row in db.execute(wanted).fetchall()]
    run_machine(Jobs, settings=effort(max_examples=60, stateful_step_count=30, deadline=None))


JOBS: list[str] = []
