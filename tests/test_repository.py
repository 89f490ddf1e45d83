"""The repository itself: sizes, versions, locks, and whether the documentation is true."""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import wardline
from wardline.cli import cli
from wardline.model.policy import CONDITION_NAMES, PROFILES, AlarmRule
from wardline.model.scores import SCORE_NAMES
from wardline.model.tables import TABLES
from wardline.model.vitals import VITALS, VitalSign

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
CODE = [
    *SOURCES,
    *(
        path
        for name in ("tests", "bench", "deploy")
        for path in sorted((ROOT / name).rglob("*.py"))
    ),
]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LOCKS = (
    "requirements.lock", "requirements-test.lock", "requirements-node.lock",
    "deploy/requirements.lock",
)  # fmt: skip
REFERENCE = ROOT / "docs" / "reference"

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_P90_MAX = 30
FUNCTION_LINES_P50_MAX = 10
TARGETS_MAX = 12
BELONGS_TO_A_MACHINE = re.compile(
    r"https?://(registry|repo\d?|files|static|proxy|deb|index|pypi|upload|maven)\.[a-z0-9.-]+"
    r"|(^|[^a-zA-Z0-9_.])/(work|root|farm)/|/(tmp)/[a-z]",
    re.MULTILINE,
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tracked() -> list[Path]:
    """What is or would be committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


# -- the shape of the code ------------------------------------------------------------------------


def functions() -> Iterator[tuple[int, str]]:
    """(lines without the docstring, where) of every function in src."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield lines_of(node), f"{name_of(path)}:{node.lineno} {node.name}"


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    has_text = ast.get_docstring(node, clean=False) is not None
    return end_of(node) - node.lineno + 1 - (end_of(first) - first.lineno + 1 if has_text else 0)


def end_of(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno


def test_no_function_is_longer_than_a_screen():
    assert [where for lines, where in functions() if lines > FUNCTION_LINES_MAX] == []


def test_most_functions_are_short():
    lengths = sorted(lines for lines, _ in functions())
    assert lengths[len(lengths) // 2] <= FUNCTION_LINES_P50_MAX
    assert lengths[len(lengths) * 9 // 10] <= FUNCTION_LINES_P90_MAX


def test_no_file_of_code_grows_past_its_budget():
    lengths = {name_of(path): path.read_text().count("\n") for path in CODE}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_every_module_says_what_it_is():
    silent = [name_of(p) for p in SOURCES if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == []


def test_nothing_that_can_carry_code_is_loaded():
    carriers = re.compile(
        r"^\s*(?:import|from) (?:pickle|joblib|marshal|shelve|dill)\b", re.MULTILINE
    )
    trusting = re.compile(r"allow_pickle\s*=\s*True|(?<![\w.])(?:eval|exec)\(")
    suspects = [
        p for p in SOURCES if carriers.search(p.read_text()) or trusting.search(p.read_text())
    ]
    assert [name_of(path) for path in suspects] == []


# -- what must not be in the repository -----------------------------------------------------------


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    found = [
        f"{name_of(path)}: {match[0].strip()}"
        for path in tracked()
        if path.suffix != ".svg" and b"\0" not in (content := path.read_bytes())
        for match in BELONGS_TO_A_MACHINE.finditer(content.decode())
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["https://" + "pypi.org/simple", "cd /" + "work/main", "open('/" + "tmp/x')"]
)
def test_the_search_for_registries_and_machine_paths_finds_them(text: str):
    assert BELONGS_TO_A_MACHINE.search(text)


# -- versions and locks ---------------------------------------------------------------------------


def test_changelog_package_and_project_agree_on_the_version():
    versions = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == wardline.__version__ == project()["project"]["version"]


def pins(lock: str) -> dict[str, str]:
    """Requirement -> its lines, hashes included."""
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return {entry.partition("==")[0]: entry for entry in entries if "==" in entry}


def normal(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_file_pins_by_hash_and_names_no_index(lock: str):
    text = (ROOT / lock).read_text()
    assert [name for name, entry in pins(lock).items() if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|--index|--find-links|--extra-index", text)


def test_runtime_lock_holds_every_dependency():
    assert {normal(d) for d in project()["project"]["dependencies"]} <= set(pins(LOCKS[0]))


def test_test_lock_holds_every_tool_and_the_same_runtime():
    groups = project()["dependency-groups"]
    wanted = {normal(tool) for name in ("check", "test") for tool in groups[name]}
    assert wanted <= set(pins(LOCKS[1]))
    versions = [
        set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(), re.MULTILINE)) for lock in LOCKS
    ]
    assert versions[0] <= versions[1]
    assert versions[2] <= versions[1]


def test_the_lock_of_the_console_pins_by_hash_what_its_package_asks_for():
    asked = json.loads((ROOT / "web" / "package.json").read_text())
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    for kind in ("dependencies", "devDependencies"):
        versions = {name: locked[f"node_modules/{name}"]["version"] for name in asked[kind]}
        assert versions == asked[kind] == locked[""][kind]
    assert [name for name, entry in locked.items() if name and "integrity" not in entry] == []
    assert not any("resolved" in entry for entry in locked.values())


def targets() -> dict[str, str]:
    makefile = (ROOT / "Makefile").read_text()
    return dict(re.findall(r"^([a-z-]+):[^#\n]*## (.+)$", makefile, re.MULTILINE))


def test_make_has_few_targets_and_explains_each():
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) - {"help"} == set(targets())
    assert len(targets()) <= TARGETS_MAX


# -- whether the documentation is true ------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", without_code(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def broken_links(page: Path) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        is_there = target.exists() and (not anchor or anchor in anchors(target))
        if not is_there:
            yield f"{name_of(page)} -> {link}"


def test_every_link_between_pages_resolves():
    assert [link for page in PAGES for link in broken_links(page)] == []


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = re.findall(r"\]\(([^)\s#:]+\.md)", page.read_text())
        pages = {(page.parent / link).resolve() for link in links}
        waiting.extend(pages - reached)
    assert [name_of(page) for page in PAGES if page not in reached] == []


def commands(
    group: click.Group, names: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*names, name))
        else:
            yield " ".join((*names, name)), command


def described_commands() -> dict[str, str]:
    """Command -> its section of the page."""
    sections = re.split(
        r"^## wardline ", (REFERENCE / "commands.md").read_text(), flags=re.MULTILINE
    )[1:]
    return {section.partition("\n")[0].strip(): section for section in sections}


def test_every_command_has_its_section_and_no_section_is_left_over():
    assert set(described_commands()) == {name for name, _ in commands(cli)}


def undescribed_options(command: click.Command, section: str) -> list[list[str]]:
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    spellings = [[*option.opts, *option.secondary_opts] for option in options]
    return [words for words in spellings if not any(f"`{word}" in section for word in words)]


def test_every_option_of_every_command_is_described():
    sections = described_commands()
    missing = {
        name: undescribed_options(command, sections[name]) for name, command in commands(cli)
    }
    assert {name: words for name, words in missing.items() if words} == {}


def test_every_environment_variable_is_described():
    named = {v for path in SOURCES for v in re.findall(r"\bWARDLINE_[A-Z_]+\b", path.read_text())}
    page = (REFERENCE / "settings.md").read_text()
    assert {variable for variable in named if f"`{variable}`" not in page} == set()


@pytest.mark.parametrize("table", list(TABLES.values()), ids=list(TABLES))
def test_every_column_of_a_table_is_described(table):
    sections = re.split(r"^## ", (REFERENCE / "tables.md").read_text(), flags=re.MULTILINE)
    section = next(s for s in sections if s.startswith(f"{table.name}\n"))
    assert [column for column in table.names if f"`{column}`" not in section] == []


def test_every_name_of_a_vital_rule_condition_and_score_is_described():
    page = (REFERENCE / "clinical-sources.md").read_text()
    families = {
        f"{kind}{v.name}{end}" for v in VITALS for kind, end in (("check_", ""), ("", "_stale"))
    }
    rest = set(CONDITION_NAMES) - families
    names = {v.name for v in VITALS} | rest | set(SCORE_NAMES) | set(PROFILES)
    words = set(re.findall(r"[\w<>]+", page))
    assert (names | {"check_<vital>", "<vital>_stale"}) - words == set()


def rule_row(rule: AlarmRule) -> str:
    numbers = (rule.delay_s, rule.arterial_delay_s, rule.hysteresis, rule.clear_s)
    cells = " | ".join(f"{number:g}" for number in numbers)
    sign = ">" if rule.is_high else "<"
    return f"| {rule.name} | {sign} {rule.limit:g} | {cells} | {rule.priority.name.lower()} |"


def vital_row(vital: VitalSign) -> str:
    low = f"{'≥' if vital.low_is_open else '>'} {vital.hard_low:g}"
    high = f"{'≤' if vital.high_is_open else '<'} {vital.hard_high:g}"
    suspect_low = f"{'≤' if vital.suspect_at_low else '<'} {vital.suspect_low:g}"
    cells = (vital.name, vital.unit, vital.loinc, vital.mdc, low, high, suspect_low)
    return f"| {' | '.join(str(cell) for cell in cells)} | > {vital.suspect_high:g} |"


def test_limits_and_rules_in_the_reference_are_those_of_the_code():
    page = (REFERENCE / "clinical-sources.md").read_text()
    rows = [*(vital_row(v) for v in VITALS), *(rule_row(r) for r in PROFILES["adult"].rules)]
    assert [row for row in rows if row not in page] == []


def test_every_route_of_the_server_is_described():
    page = (REFERENCE / "http.md").read_text()
    routes = set()
    for path in (ROOT / "src" / "wardline" / "server").glob("*.py"):
        routes |= set(re.findall(r'"(/(?:api/v1/|health|ready|metrics)[^"\s]*)"', path.read_text()))
    routes |= {f"/api/v1/{name}" for name in TABLES}
    plain = {
        route.replace("{patient_id:path}", "{id}") for route in routes if "{table" not in route
    }
    assert {route for route in plain if f"{route}`" not in page} == set()


def codemap() -> set[str]:
    """First cells of the map's first table."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    table = page.partition("| place | what |")[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))


def test_the_codemap_is_the_folders_and_top_modules_of_the_package():
    package = ROOT / "src" / "wardline"
    folders = {p.parent.relative_to(package).as_posix() + "/" for p in package.rglob("*.py")}
    modules = {path.name for path in package.glob("*.py")}
    assert codemap() == (folders | modules) - {"./", "__init__.py"}
