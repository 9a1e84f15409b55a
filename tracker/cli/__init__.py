"""The `tracker` command: one file for each kind of work."""

from tracker.cli import clocks, keeping, people, showing
from tracker.cli.program import cli

__all__ = ["cli", "clocks", "keeping", "main", "people", "showing"]


def main() -> None:
    """Run the command."""
    cli(prog_name="tracker")
