"""The `tracker` command: one file for each kind of work."""

import gc


def main() -> None:
    """Run the command."""
    # What is read in stays: looking for what could be thrown away would only take time.
    gc.disable()
    from tracker.cli.program import cli

    cli(prog_name="tracker")
