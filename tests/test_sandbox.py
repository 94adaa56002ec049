"""Walls around the reader of a document: each is tried from inside by a reader taken over."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.core.errors import PortalError
from portal.desk.inspection import nursery, sandbox, walls
from portal.desk.inspection.limits import MB
from portal.desk.inspection.process import Allowance, Ended, Garbage, Late, ask, run

ROOT = Path(__file__).parents[1]
QUICK = Allowance(seconds=60, processor=1, memory=512 * MB, answer=4 * MB)
# A nursery whose children do what the document says, as one would that was taken over.
HOSTILE = """
    import ctypes, json, os, signal, socket, struct, subprocess, sys, time
    from pathlib import Path
    sys.path.insert(0, {root!r})
    from portal.desk.inspection import worker

    def attempts():
        def tried(act):
            try:
                act()
            except BaseException as problem:
                return f"refused: {{type(problem).__name__}}"
            return "done"
        def system(number, *arguments):
            if ctypes.CDLL(None, use_errno=True).syscall(number, *arguments) < 0:
                raise PermissionError(ctypes.get_errno())
        return {{
            "tcp": tried(lambda: socket.create_connection(("127.0.0.1", {port}), 2)),
            "udp": tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
                b"x", ("127.0.0.1", {port}))),
            "unix": tried(lambda: socket.socket(socket.AF_UNIX).connect({path!r})),
            "pair": tried(socket.socketpair),
            "passwd": tried(lambda: open("/etc/passwd").read()),
            "secret": tried(lambda: open({secret!r}).read()),
            "environ": tried(lambda: open("/proc/1/environ").read()),
            "parent": tried(lambda: open(f"/proc/{{os.getppid()}}/environ").read()),
            "list": tried(lambda: os.listdir("/")),
            "write outside": tried(lambda: open("/tmp/outside", "w")),
            "write var": tried(lambda: open("/var/tmp/outside", "w")),
            "write program": tried(lambda: open({root!r} + "/portal/x.py", "w")),
            "folder": tried(lambda: os.mkdir("inner")),
            "link": tried(lambda: os.symlink("/etc/passwd", "link")),
            "fork": tried(os.fork),
            "run": tried(lambda: os.execv("/bin/true", ["true"])),
            "start": tried(lambda: subprocess.run(["/bin/true"])),
            "kill": tried(lambda: os.kill(os.getppid(), 9)),
            "root": tried(lambda: os.setuid(0)),
            "session": tried(os.setsid),
            "trace": tried(lambda: system(101, 16, os.getppid(), 0, 0)),
            "namespace": tried(lambda: system(272, 0x10000000)),
            "outlive": tried(lambda: system(157, 1, 0, 0, 0, 0)),
        }}

    def do(asked, content, help):
        word = content.decode()
        if word == "attempts":
            return {{"attempts": attempts()}}, []
        if word == "scratch":
            Path("scratch").write_bytes(b"x" * 100)
            return {{"folder": os.getcwd(), "pid": os.getpid()}}, []
        if word == "sleep":
            time.sleep(600)
        if word == "spin":
            while True:
                pass
        if word == "memory":
            bytearray(700_000_000)
        if word == "flood":
            return {{"count": 9_000}}, (b"x" * 1_000_000 for _ in range(9_000))
        if word == "crash":
            ctypes.string_at(0)
        if word == "file":
            with open("big", "wb") as file:
                for _ in range(100):
                    file.write(b"x" * 1_000_000)
        if word == "ask":
            return {{"got": len(help(b"picture"))}}, []
        if word == "quiet":
            os._exit(0)
        if word == "walls":
            return {{"walls": []}}, []
        return json.loads(word), []

    if __name__ == "__main__":
        worker.nursery(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2])), do)
"""


@pytest.fixture(scope="module", params=["bubblewrap", "without"])
def hostile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A worker taken over, once inside bubblewrap and once without it; a server listens to it."""
    if request.param == "bubblewrap" and not nursery.bubblewrap():
        pytest.skip("bubblewrap may not work here")
    folder = tmp_path_factory.mktemp("hostile")
    secret = folder.parent / "secret.txt"
    secret.write_text("what nobody inside may read")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as near:
        near.bind(str(folder / "line"))
        near.listen()
        port = server.getsockname()[1]
        worker = folder / "worker.py"
        filled = textwrap.dedent(HOSTILE).format(
            root=str(ROOT), port=port, path=str(folder / "line"), secret=str(secret)
        )
        worker.write_text(filled)
        with pytest.MonkeyPatch.context() as patch:
            if request.param == "without":
                patch.setattr(nursery, "bubblewrap", lambda: False)
                patch.setattr(sandbox, "bubblewrap", lambda: False)
            yield worker
            nursery.close_all()
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()


def done(worker: Path, word: str, allowance: Allowance = QUICK) -> dict[str, object]:
    return ask({"job": "look", "name": "x"}, word.encode(), allowance, worker=worker).said


def look(worker: Path, word: str) -> sandbox.Inspection:
    return sandbox.look(word.encode(), "x.csv", QUICK, worker)[0]


def test_nothing_can_be_reached_from_inside(hostile: Path) -> None:
    said = done(hostile, "attempts")["attempts"]
    assert isinstance(said, dict) and len(said) == 23
    assert {name: how for name, how in said.items() if how == "done"} == {}
    assert not Path("/tmp/outside").exists() and not Path("/var/tmp/outside").exists()


def test_all_walls_are_named_in_the_inspection(hostile: Path) -> None:
    found = look(hostile, '{"kind": "csv", "findings": [], "tables": []}')
    outer = {"bubblewrap"} if nursery.bubblewrap() else set()
    assert set(found.walls) == {*walls.ALL, *outer}
    assert found.outcome == "accept_clean"


def test_what_a_reader_writes_is_gone_with_it(hostile: Path) -> None:
    first = done(hostile, "scratch")
    again = done(hostile, "scratch")
    assert first["folder"] == again["folder"]
    assert first["pid"] != again["pid"]
    nursery.close_all()
    assert not list(Path("/tmp").glob("inspection-*/job/*"))


@pytest.mark.parametrize(
    ("word", "kind", "outcome"),
    [
        ("spin", "expansion_bomb", "reject"),
        ("memory", "expansion_bomb", "reject"),
        ("crash", "corrupt", "reject"),
        ("file", "interrupted", "quarantine"),
        ("quiet", "unreadable_answer", "quarantine"),
        ("flood", "unreadable_answer", "quarantine"),
        ("walls", "interrupted", "quarantine"),
        ("[]", "unreadable_answer", "quarantine"),
        ("{}", "unreadable_answer", "quarantine"),
    ],
)
def test_a_reader_that_does_not_answer_ends_in_a_verdict(
    hostile: Path, word: str, kind: str, outcome: str
) -> None:
    found = look(hostile, word)
    assert (found.outcome, [finding.kind for finding in found.findings]) == (outcome, [kind])


def test_a_reader_that_sleeps_is_killed_when_its_time_is_over(hostile: Path) -> None:
    short = Allowance(seconds=1.5, processor=4)
    found, seen = sandbox.look(b"sleep", "x.csv", short, hostile)
    assert (found.outcome, found.findings[0].place, seen) == ("reject", "time", [])
    assert done(hostile, '{"a": 1}')["a"] == 1


GOOD = {"kind": "pii", "place": "sheet 1", "count": 1, "outcome": "quarantine"}
TABLE = {
    "place": "sheet 1",
    "prose": False,
    "rows": [1],
    "columns": [1],
    "texts": ["a"],
    "held": {},
}
LIES: list[dict[str, object]] = [
    {"kind": "csv", "findings": [GOOD | {"kind": "Grizbree Hulstigson"}], "tables": []},
    {"kind": "csv", "findings": [GOOD | {"place": "a\nb"}], "tables": []},
    {"kind": "csv", "findings": [GOOD | {"place": "x" * 500}], "tables": []},
    {"kind": "csv", "findings": [GOOD | {"count": -1}], "tables": []},
    {"kind": "csv", "findings": [GOOD | {"count": True}], "tables": []},
    {"kind": "csv", "findings": [GOOD | {"count": 1e300}], "tables": []},
    {"kind": "csv", "findings": [GOOD | {"outcome": "published"}], "tables": []},
    {"kind": "csv", "findings": [GOOD | {"secret": "text"}], "tables": []},
    {"kind": "csv", "findings": "none", "tables": []},
    {"kind": "csv", "findings": {}, "tables": []},
    {"kind": "../../x", "findings": [], "tables": []},
    {"kind": ["csv"], "findings": [], "tables": []},
    {"kind": "csv", "findings": [], "tables": [TABLE | {"rows": [1, 2]}]},
    {"kind": "csv", "findings": [], "tables": [TABLE | {"rows": [-1]}]},
    {"kind": "csv", "findings": [], "tables": [TABLE | {"rows": [True]}]},
    {"kind": "csv", "findings": [], "tables": [TABLE | {"rows": [10**12]}]},
    {"kind": "csv", "findings": [], "tables": [TABLE | {"texts": [{"a": 1}]}]},
    {"kind": "csv", "findings": [], "tables": [TABLE | {"held": {"0": "pii"}}]},
    {"kind": "csv", "findings": [], "tables": [TABLE | {"held": {"7": "pii"}}]},
    {"kind": "csv", "findings": [], "tables": [TABLE | {"place": None}]},
    {"kind": "csv", "findings": [], "tables": [[]]},
    {"kind": "csv", "findings": [], "tables": [], "count": 100_000_000},
    {"kind": "csv", "findings": [], "tables": [], "count": -1},
    {"kind": "csv", "findings": [], "tables": [], "count": 1},
    {"kind": "csv", "findings": [], "tables": [], "walls": "no_network memory_limit"},
]


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_an_answer_is_not_believed(hostile: Path, lie: dict[str, object]) -> None:
    import json

    found = look(hostile, json.dumps(lie))
    assert found.outcome == "quarantine"
    assert found.findings[0].kind in ("unreadable_answer", "interrupted")
    assert "Grizbree" not in repr(found)


def test_help_is_given_only_where_it_is_offered(hostile: Path) -> None:
    with pytest.raises(Garbage):
        done(hostile, "ask")
    helped = ask({"job": "look", "name": "x"}, b"ask", QUICK, lambda p, left: p * 2, hostile)
    assert helped.said["got"] == 14


def test_only_the_named_program_can_take_the_place_of_a_reader() -> None:
    said, words = run({"job": "recognise", "program": "/bin/echo", "dpi": 300}, b"x", QUICK)
    assert "one_program" in said["walls"]  # type: ignore[operator]
    assert words == b"stdin stdout --psm 6 --dpi 300 tsv\n"
    with pytest.raises((Garbage, Ended)):
        run({"job": "recognise", "program": "/nowhere", "dpi": 300}, b"x", QUICK)


@pytest.mark.parametrize("bubbled", [True, False])
def test_a_reader_does_not_outlive_its_parent(hostile: Path, bubbled: bool) -> None:
    if bubbled != nursery.bubblewrap():
        pytest.skip("the other half of this pair runs")
    code = f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from portal.desk.inspection import nursery
        from portal.desk.inspection.process import Allowance, ask
        if not {bubbled}:
            nursery.bubblewrap = lambda: False
        print("ready", flush=True)
        ask({{"job": "look", "name": "x"}}, b"sleep", Allowance(seconds=600), None,
            Path({str(hostile)!r}))
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None and parent.stdout.readline() == "ready\n"
    while len(children := _below(parent.pid)) < (3 if bubbled else 2):
        assert parent.poll() is None
        time.sleep(0.05)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    while any(_alive(each) for each in children):
        time.sleep(0.05)


def _below(pid: int) -> set[int]:
    found = {pid}
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rpartition(")")[2].split()[1]
                )
            except (OSError, IndexError):
                continue
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def _alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_without_rights_of_root_the_walls_stand_too(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("this run has no rights of root anyway")
    code = f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        from portal.desk.inspection import sandbox
        found, seen = sandbox.look(b"Area,Count\\nNorth,12\\n", "a.csv")
        print(found.outcome, *found.walls)
    """
    unread = "left out: this interpreter cannot be run without rights of root"
    try:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)], user=walls.NOBODY, group=walls.NOBODY,
            extra_groups=[], cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
    except PermissionError:
        pytest.skip(unread)
    if "PermissionError" in done.stderr or "ModuleNotFound" in done.stderr:
        pytest.skip(unread)
    outcome, *stood = done.stdout.split()
    assert outcome == "accept_clean"
    assert set(walls.ALL) <= set(stood)


def test_a_late_answer_is_late_and_the_next_job_is_served(hostile: Path) -> None:
    with pytest.raises(Late):
        done(hostile, "sleep", Allowance(seconds=0.5))
    with pytest.raises(PortalError):
        sandbox.extract(b"\0" * 100, "x.pdf", "pdf")
