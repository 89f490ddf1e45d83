"""compose.yaml and the files of deploy/ as Python objects: what they start, and with what."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE = ROOT / "compose.yaml"
DOCKERFILE = DEPLOY / "Dockerfile"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KUBERNETES = DEPLOY / "kubernetes"
WARDLINE = "/opt/wardline/bin/wardline"
_COMPOSE_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$\((\w+)\)")


@dataclass(frozen=True)
class Started:
    """One process that a file starts: the words after `wardline`, and what it finds around it."""

    where: str
    words: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    """Variables that the file itself puts into the command line."""


def started() -> list[Started]:
    """Every `wardline` that any of the files starts."""
    return [*compose_started(), *unit_started(), *kubernetes_started()]


def variables(path: Path) -> dict[str, str]:
    """A file of NAME=value lines."""
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def filled(word: str, values: dict[str, str]) -> str:
    """A word with its variables replaced. A variable nobody defines is a KeyError."""
    return _VARIABLE.sub(lambda found: values[found[1] or found[2]], word)


def named_in(words: list[str]) -> frozenset[str]:
    """Variables that a command line refers to."""
    return frozenset(a or b for word in words for a, b in _VARIABLE.findall(word))


# -- compose --------------------------------------------------------------------------------------


def compose() -> dict[str, Any]:
    """compose.yaml with every variable at its default; one without a default is a KeyError."""
    defaults = {name: value for name, value in compose_variables().items() if value is not None}
    text = _COMPOSE_VARIABLE.sub(lambda found: defaults[found[1]], COMPOSE.read_text())
    return yaml.safe_load(text)


def compose_variables() -> dict[str, str | None]:
    """What may be set in the shell: name -> default."""
    found = _COMPOSE_VARIABLE.finditer(COMPOSE.read_text())
    return {match[1]: match[2] for match in found}


def compose_started() -> Iterator[Started]:
    """Services made from our own image."""
    for name, service in compose()["services"].items():
        if "build" in service:
            yield Started(
                f"compose {name}", tuple(service["command"]), service.get("environment", {})
            )


# -- systemd --------------------------------------------------------------------------------------


def directives(unit: Path) -> list[tuple[str, str]]:
    """(name, value) of every line of a unit, in order; a name may come more than once."""
    lines = unit.read_text().splitlines()
    return [tuple(line.split("=", 1)) for line in lines if re.match(r"[A-Za-z]+=", line)]  # pyright: ignore[reportReturnType]


def directive(unit: Path, name: str) -> list[str]:
    """All values of one name."""
    return [value for found, value in directives(unit) if found == name]


def unit_started() -> Iterator[Started]:
    """The services, as instance 1 where they are templates."""
    known = variables(DEPLOY / "systemd" / "wardline.env")
    for unit in UNITS:
        (line,) = directive(unit, "ExecStart")
        words = shlex.split(line)
        assert words[0] == WARDLINE
        pairs = [pair for value in directive(unit, "Environment") for pair in shlex.split(value)]
        own = dict(pair.split("=", 1) for pair in pairs)
        arguments = tuple(filled(word, known).replace("%i", "1") for word in words[1:])
        yield Started(f"systemd {unit.name}", arguments, known | own, named_in(words))


# -- Kubernetes -----------------------------------------------------------------------------------


def kustomization() -> dict[str, Any]:
    """The list of what belongs to it."""
    return yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())


def kubernetes_objects() -> list[dict[str, Any]]:
    """Every object of the kustomization, as written."""
    files = [KUBERNETES / name for name in kustomization()["resources"]]
    return [thing for file in files for thing in yaml.safe_load_all(file.read_text())]


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind and name, pod specification) of everything that makes pods."""
    for thing in kubernetes_objects():
        if thing["kind"] in {"Deployment", "Job"}:
            name = f"{thing['kind']} {thing['metadata']['name']}"
            yield name, thing["spec"]["template"]["spec"]


def kubernetes_started() -> Iterator[Started]:
    """One for each container."""
    known = variables(KUBERNETES / "settings.env")
    for name, pod in pods():
        for container in pod["containers"]:
            own = {entry["name"]: entry["value"] for entry in container.get("env", [])}
            arguments = tuple(filled(word, known) for word in container["args"])
            yield Started(f"Kubernetes {name}", arguments, known | own, named_in(container["args"]))


# -- Prometheus and Grafana -----------------------------------------------------------------------


def alerts() -> list[dict[str, Any]]:
    """Every rule."""
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    """Grafana's model of the dashboard."""
    return json.loads((DEPLOY / "grafana" / "wardline.json").read_text())


def expressions() -> list[str]:
    """All PromQL there is."""
    panels = dashboard()["panels"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]
    return [*(rule["expr"] for rule in alerts()), *shown]
