"""`wardline serve`: API and console over a store that workers fill."""

import sys
import webbrowser
from contextlib import suppress
from typing import Any

import click

from wardline.cli.failures import CommandError
from wardline.cli.options import is_terminal, say
from wardline.cli.stopping import stop_on_signals
from wardline.config import allowed_hosts, token
from wardline.observability import start_logging


@click.command()
@click.option("--store", required=True, help="The store that workers fill.")
@click.option("--live", required=True, help="What workers tell: kafka://HOST:PORT/wardline-live")
@click.option("--to", help="Where entries go: kafka://HOST:PORT/TOPIC, the workers' source.")
@click.option("--host", "address", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def serve(**options: Any) -> None:
    """API and console over a store that workers fill, until Ctrl-C. Start as many as you like.

    \b
    Example: wardline serve --store postgresql://wardline@127.0.0.1/wardline \\
             --live kafka://127.0.0.1:9092/wardline-live --to kafka://127.0.0.1:9092/patient-vitals
    """  # noqa: D301 - \b tells click to keep the line breaks
    start_logging()
    with stop_on_signals() as stopping:
        is_well = _serve(options, stopping)
    sys.exit(0 if is_well else 1)


def _serve(options: dict[str, Any], stopping: Any) -> bool:
    from wardline.assembly import start_server  # noqa: PLC0415 - loads machine code
    from wardline.pipeline.garbage import settle  # noqa: PLC0415 - as above
    from wardline.server.run import listening_socket  # noqa: PLC0415 - as above
    from wardline.server.settings import ServerSettings  # noqa: PLC0415 - as above

    settings = ServerSettings(options["address"], options["port"], token(), allowed_hosts())
    listening_socket(settings).close()
    try:
        from wardline.kafka_assembly import remote_ward  # noqa: PLC0415 - an extra
    except ImportError as problem:
        raise CommandError(str(problem)) from None
    ward = remote_ward(options["store"], options["live"], options["to"])
    ward.start()
    try:
        server = start_server(ward, settings)
        settle()
        try:
            say(f"Wardline is ready at {server.url}  (Ctrl-C ends it)")
            if is_terminal() and not options["no_browser"]:
                with suppress(Exception):
                    webbrowser.open(server.url)
            while not stopping.wait(1.0) and not ward.is_dead:
                pass
        finally:
            server.stop()
    finally:
        ward.stop()
        ward.store.close()
    return not ward.is_dead
