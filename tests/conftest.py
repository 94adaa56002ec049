"""Fixtures that many tests share."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from portal.config import Settings
from portal.ingest import bundle
from portal.publish import editions
from portal.store.desk import one_writer, open_desk
from portal.web.app import create_app

SHARED = Path(__file__).parents[2] / "shared"


def installation(folder: Path, data: Path | None = None) -> Settings:
    """Load the bundled figures (or those of `data`) and publish them; returns the settings."""
    config = Settings(var=folder / "var", **({"data": data} if data else {}))
    with one_writer(config.var):
        db = open_desk(config.desk)
        refused = [
            r for report in bundle.load(config.data, config.archive, db) for r in report.refused
        ]
        assert refused == []
        editions.publish(db, config.archive, config.editions, lambda text: None)
        db.close()
    return config


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation with all bundled figures published once for the whole run."""
    return installation(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def app(published: Settings) -> FastAPI:
    """The site over that installation."""
    return create_app(published)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts and samples beside the checkout; without it the test is skipped."""
    if not SHARED.is_dir():
        pytest.skip("left out: ../shared is not beside this checkout")
    return SHARED


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --write-expected` writes what is missing beside a source's recordings, and fails."""
    parser.addoption("--write-expected", action="store_true")
