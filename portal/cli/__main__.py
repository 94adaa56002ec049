"""Makes `python -m portal.cli` the command `portal`, for processes that start others."""

from portal.cli import main

main()
