"""Where the data of one machine lies, who uses it now, and which ports it keeps."""

import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from deploy.one_machine.processes import free_port
from deploy.one_machine.service import ServiceError

from wardline.config import DATA_DIR, data_dir

OF_ROOT = Path("/var/lib/wardline")
"""Root's own folder is closed to the user that PostgreSQL has to run as."""
PORTS = ("kafka", "kafka_controller", "postgresql")


def data_folder(named: Path | None) -> Path:
    """The folder, made if needed: as named, else within that of `wardline up`.

    Raises ServiceError and wardline's SettingsError.
    """
    is_root = os.geteuid() == 0
    if named is None:
        use_own = is_root and not os.environ.get(DATA_DIR)
        named = (OF_ROOT if use_own else data_dir()) / "production"
    try:
        for folder in (named, named / "logs"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The other user may pass through, and sees nothing but its own folder.
        named.chmod(0o711 if is_root else 0o700)
    except OSError as problem:
        raise ServiceError(f"{named} cannot be used: {problem.strerror}") from None
    return named.resolve()


@contextmanager
def only_user(folder: Path) -> Generator[None]:
    """Nobody else may run services out of this folder. Raises ServiceError if somebody does."""
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ServiceError(f"{folder} is in use: `make up-production` runs already") from None
        yield


def kept_ports(folder: Path) -> dict[str, int]:
    """The ports that the servers had last time, or new ones: clients remember them."""
    file = folder / "ports.json"
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({name: free_port() for name in PORTS}))
        unfinished.rename(file)
    try:
        ports = json.loads(file.read_text())
        return {name: int(ports[name]) for name in PORTS}
    except (ValueError, KeyError, TypeError):
        raise ServiceError(f"{file} does not hold the ports {', '.join(PORTS)}") from None
