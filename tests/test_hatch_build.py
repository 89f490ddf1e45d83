"""The build hook: when the console is built, with which Node, and that packages contain it."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import hatch_build
import pytest
from hatch_build import CONSOLE, NODE_PACKAGE, ConsoleError, ConsoleHook

ROOT = Path(__file__).resolve().parent.parent
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
"""Python 3.11.2 knows no filters yet."""
NPM_THAT_BUILDS = f"""#!/bin/sh
echo "$@" >> ../said
case "$1" in
install) mkdir -p node_modules; echo x > node_modules/.package-lock.json;;
run) mkdir -p ../{CONSOLE}; echo built > ../{CONSOLE}/index.html;;
esac
"""
NPM_THAT_FAILS = "#!/bin/sh\necho the reason\nexit 3\n"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project with sources of a console from long ago."""
    monkeypatch.delenv("WARDLINE_SKIP_CONSOLE", raising=False)
    for name in ("package.json", "package-lock.json", "src/main.tsx"):
        place = tmp_path / "web" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("{}")
        os.utime(place, (1000, 1000))
    return tmp_path


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Put programs on a PATH that has nothing else but a shell's."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(**scripts):
        for name, script in scripts.items():
            (folder / name).write_text(script.replace("#!/bin/sh", "#!/bin/sh\nPATH=/bin:/usr/bin"))
            (folder / name).chmod(0o755)

    return put


def node(version):
    return f"#!/bin/sh\necho {version}\n"


def build_console(root, at):
    index = root / CONSOLE / "index.html"
    index.parent.mkdir(parents=True, exist_ok=True)
    index.write_text("<!doctype html>")
    os.utime(index, (at, at))


def hook(root):
    return ConsoleHook(str(root), {}, None, None, str(root), "wheel")


def said(root):
    place = root / "said"
    return place.read_text().splitlines() if place.exists() else []


def test_a_console_is_built_where_it_is_missing_or_older_than_its_sources(root):
    assert hatch_build.is_older(root)
    build_console(root, at=999)
    assert hatch_build.is_older(root)
    build_console(root, at=1000)
    assert not hatch_build.is_older(root)


@pytest.mark.parametrize("name", ["vite.config.ts", "src/ward/ward.tsx", "public/icon.svg"])
def test_every_source_counts(root, name):
    build_console(root, at=2000)
    place = root / "web" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("")
    assert hatch_build.is_older(root)


@pytest.mark.parametrize("name", ["node_modules/x/index.js", "src/ward.test.ts", ".cache/x"])
def test_what_is_no_source_does_not_count(root, name):
    build_console(root, at=2000)
    place = root / "web" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("")
    assert not hatch_build.is_older(root)


def test_without_sources_what_is_there_is_used(root):
    build_console(root, at=1)
    shutil.rmtree(root / "web")
    assert not hatch_build.is_older(root)
    hook(root).initialize("standard", {})


def test_without_sources_and_without_a_build_one_line_says_so(root):
    shutil.rmtree(root / "web")
    with pytest.raises(SystemExit, match="wardline: the console is not built and its sources"):
        hook(root).initialize("standard", {})


def test_packages_are_installed_once_and_again_when_their_lock_is_newer(root, programs, capfd):
    programs(node=node("v22.1.0"), npm=NPM_THAT_BUILDS)
    install = "install --no-save --ignore-scripts --no-audit --no-fund"
    hatch_build.build_if_older(root)
    assert said(root) == [install, "run build"]
    hatch_build.build_if_older(root)
    assert len(said(root)) == 2
    hatch_build.build(root)
    assert said(root)[2:] == ["run build"]
    os.utime(root / "web" / "package-lock.json", (2**32, 2**32))
    hatch_build.build(root)
    assert said(root)[3:] == [install, "run build"]
    heard = capfd.readouterr()
    assert heard.out == ""
    assert all(line.startswith("wardline: ") for line in heard.err.splitlines())


def test_a_build_that_fails_shows_why_and_ends_in_one_line(root, programs, capfd):
    programs(node=node("v20.19.0"), npm=NPM_THAT_FAILS)
    with pytest.raises(SystemExit, match=r"wardline: npm install .*failed in web/"):
        hook(root).initialize("standard", {})
    assert "  the reason\n" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("version", "is_taken"), [
        ("v20.19.0", True), ("v20.18.9", False), ("v24.0.0", True), ("v9.99.0", False),
        ("nonsense", False), ("", False),
    ],
)  # fmt: skip
def test_a_node_of_path_is_taken_when_it_is_new_enough(programs, version, is_taken):
    programs(node=node(version), npm=NPM_THAT_BUILDS)
    assert (hatch_build.node_on_path() is not None) is is_taken


def test_a_node_without_npm_or_one_that_does_not_run_is_not_taken(programs):
    programs(node=node("v22.0.0"))
    assert hatch_build.node_on_path() is None
    programs(node="#!/bin/sh\nexit 1\n", npm=NPM_THAT_BUILDS)
    assert hatch_build.node_on_path() is None


def test_the_package_brings_a_node_and_an_npm_that_run(programs):
    found = hatch_build.find_node()
    assert found == hatch_build.node_of_package()
    for command in ([found.program], found.npm):
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert int(done.stdout.lstrip("v").split(".")[0]) >= 10


def test_the_package_is_asked_for_only_where_something_is_to_be_built_without_a_node(
    root, programs, monkeypatch
):
    assert hook(root).dependencies() == [NODE_PACKAGE]
    monkeypatch.setenv("WARDLINE_SKIP_CONSOLE", "1")
    assert hook(root).dependencies() == []
    monkeypatch.delenv("WARDLINE_SKIP_CONSOLE")
    programs(node=node("v22.0.0"), npm=NPM_THAT_BUILDS)
    assert hook(root).dependencies() == []
    build_console(root, at=2000)
    programs(node=node("v18.0.0"))
    assert hook(root).dependencies() == []


def test_without_any_node_one_line_says_what_to_do(root, programs, monkeypatch):
    monkeypatch.setattr(hatch_build, "NODE_MODULE", "wardline_has_no_such_module")
    with pytest.raises(ConsoleError, match=r"20\.19.*WARDLINE_SKIP_CONSOLE=1"):
        hatch_build.build(root)


def test_no_node_is_asked_for_where_nothing_is_to_be_built(root, programs, monkeypatch):
    monkeypatch.setattr(hatch_build, "NODE_MODULE", "wardline_has_no_such_module")
    monkeypatch.setattr(hatch_build, "ROOT", root)
    assert hatch_build.main(["has-node", "--if-older"]) == 1
    build_console(root, at=2000)
    assert hatch_build.main(["has-node", "--if-older"]) == 0
    assert hatch_build.main(["has-node"]) == 1


def test_one_can_do_without_the_console(root, monkeypatch, capfd):
    monkeypatch.setenv("WARDLINE_SKIP_CONSOLE", "1")
    hook(root).initialize("standard", {})
    assert not (root / CONSOLE).exists()
    assert capfd.readouterr().err.count("\n") == 1


def test_a_word_it_does_not_know_is_answered_with_what_it_knows(capfd):
    assert hatch_build.main(["bild"]) == 2
    assert "--if-older" in capfd.readouterr().err


# -- real packages --------------------------------------------------------------------------------


def package(root, target):
    """Build one in a process without Node on its PATH, which is told not to load anything."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target]
    environment = {"PATH": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)
    (built,) = (root / "dist").glob({"wheel": "*.whl", "sdist": "*.tar.gz"}[target])
    return built


def console_of(wheel):
    inside = CONSOLE.relative_to("src").as_posix()
    with zipfile.ZipFile(wheel) as archive:
        return {name.removeprefix(inside) for name in archive.namelist() if inside in name}


def test_wheel_and_source_archive_contain_the_console_and_the_archive_needs_no_node(root):
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, root)
    leave = shutil.ignore_patterns("console", "__pycache__")
    shutil.copytree(ROOT / "src" / "wardline", root / "src" / "wardline", ignore=leave)
    (root / "web" / "node_modules").mkdir()
    (root / "web" / "node_modules" / "large.js").write_text("not to be shipped")
    build_console(root, at=2000)
    (root / CONSOLE / "index.html.br").write_bytes(b"small")

    files = {"/index.html", "/index.html.br"}
    assert console_of(package(root, "wheel")) == files
    with tarfile.open(package(root, "sdist")) as archive:
        archive.extractall(root / "unpacked", **SAFELY)
    (unpacked,) = (root / "unpacked").iterdir()
    assert (unpacked / "web" / "package.json").is_file()
    assert not (unpacked / "web" / "node_modules").exists()
    assert console_of(package(unpacked, "wheel")) == files
