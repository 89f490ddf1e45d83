"""The command line: `wardline COMMAND`. One file a command, imported when it is used."""

import importlib
import sys
from typing import Any

import click

from wardline.cli.failures import known_failure
from wardline.config import prepare_machine_code_cache

COMMANDS = {
    "up": ("up", "Everything in one process: simulated ward, engine, store, console."),
    "simulate": ("simulate", "Send a simulated ward's readings to a running Wardline."),
    "replay": ("replay", "Run recordings through the engine into a store, or to a Wardline."),
    "worker": ("worker", "Serve partitions of a topic: readings in, findings into a store."),
    "serve": ("serve", "API and console over a store that workers fill."),
    "score": ("score", "Add an early-warning score's columns to a file."),
    "export": ("export", "Write a table of a store."),
    "dead-letters": ("dead_letters", "Look at refused records, and send them again."),
    "rekey": ("rekey", "Copy a topic into another one, keyed by patient."),
    "shards": ("shards", "Spread patients anew over the partitions of a topic."),
    "topics": ("topics", "Make the topics of Kafka that Wardline reads and writes."),
    "backup": ("backup", "Copy a store while it is in use."),
    "restore": ("backup", "Bring a backup back."),
    "doctor": ("doctor", "Say what works, what is missing and how to get it."),
}


class Commands(click.Group):
    """Finds a command's file when it is asked for, and turns known failures into one clear line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the guide."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"wardline.cli.{COMMANDS[cmd_name][0]}")
        return getattr(module, cmd_name.replace("-", "_"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and one line each, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a failure somebody can do something about is one line and exit status 1."""
        try:
            return super().invoke(ctx)
        except Exception as problem:
            line = known_failure(problem)
            if line is None:
                raise
            raise click.ClickException(line) from None


@click.group(cls=Commands)
@click.version_option(package_name="wardline")
def cli() -> None:
    """Wardline watches every bed: readings in, windows, scores, anomalies and alarms out.

    A secondary display and research tool, not a medical device.

    Example: wardline up
    """


def main() -> None:
    """Entry point of the `wardline` command."""
    prepare_machine_code_cache()
    try:
        cli.main(prog_name="wardline")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
