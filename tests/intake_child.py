"""Receives files in a process that may be killed anywhere: intake_child.py VAR FOLDER."""

import sys
from pathlib import Path

from portal.config import Settings
from portal.desk.intake.parts import receive_parts
from portal.desk.intake.receive import receive
from portal.store.desk import existing_desk


def main(var: Path, folder: Path) -> None:
    """Receive every file of a folder; one whose name ends in .zip has two parts of its own."""
    config = Settings(var=var)
    db = existing_desk(config.desk)
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        sha256 = receive(db, config.archive, content, path.name, "a", publication="A review")
        if path.suffix == ".zip":
            parts = [("one.csv", content + b"1"), ("two.csv", content + b"2")]
            receive_parts(db, config.archive, sha256, parts, "a")
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
