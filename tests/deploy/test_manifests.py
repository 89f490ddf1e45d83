"""Compose and Kubernetes files against the schemas of their makers, and what schemas cannot say."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from tests.deploy.manifests import (
    COMPOSE,
    KUBERNETES,
    compose,
    kubernetes_objects,
    kustomization,
    pods,
)

import wardline

KUBERNETES_VERSIONS = ("1.33", "1.37")
"""The oldest and the newest that the files are checked against."""
RENDERED_TIME_MAX_S = 60
OWN = [name for name, service in compose()["services"].items() if "build" in service]


def compose_problems(content: dict[str, Any]) -> list[str]:
    """By the Compose Specification's own schema, as check-jsonschema carries it."""
    place = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(place.read_text())
    checker = jsonschema.Draft202012Validator(schema)
    return [problem.message for problem in checker.iter_errors(content)]


def secret_example() -> dict[str, Any]:
    return yaml.safe_load((KUBERNETES / "secret.example.yaml").read_text())


def called(thing: dict[str, Any]) -> str:
    return f"{thing['kind']}-{thing['metadata']['name']}"


# -- compose --------------------------------------------------------------------------------------


def test_compose_file_obeys_the_compose_specification():
    assert compose_problems(yaml.safe_load(COMPOSE.read_text())) == []
    assert compose_problems(compose()) == []


def test_the_compose_schema_finds_a_misspelt_key():
    content = compose()
    content["services"]["worker"]["comand"] = content["services"]["worker"].pop("command")
    assert len(compose_problems(content)) == 1


def test_only_the_console_is_published_and_only_on_loopback():
    ports = {name: service.get("ports", []) for name, service in compose()["services"].items()}
    assert {name: ports for name, ports in ports.items() if ports} == {
        "serve": ["127.0.0.1:8501:8501"]
    }


def test_kafka_and_postgresql_are_on_a_network_that_leads_nowhere():
    content = compose()
    for name in ("kafka", "postgres", "worker", "topics"):
        assert content["services"][name]["networks"] == ["inside"]
    assert content["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("name", OWN)
def test_our_containers_can_change_nothing_but_their_volumes(name: str):
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_every_service_of_compose_has_a_limit_of_memory_or_ends_by_itself():
    services = compose()["services"]
    unlimited = {name for name, service in services.items() if "deploy" not in service}
    assert unlimited == {"topics"}


def test_no_image_is_whatever_is_newest():
    images = {service["image"] for service in compose()["services"].values()}
    assert [image for image in images if not re.search(r":\d", image)] == []


def test_healthcheck_of_a_worker_asks_where_its_metrics_are():
    worker = compose()["services"]["worker"]
    port = worker["command"][worker["command"].index("--metrics-port") + 1]
    assert worker["healthcheck"]["test"][-1] == port


def test_a_worker_that_dies_gives_its_patients_up_after_six_seconds():
    kafka = compose()["services"]["kafka"]["environment"]
    assert kafka["KAFKA_GROUP_CONSUMER_SESSION_TIMEOUT_MS"] == "6000"
    assert kafka["KAFKA_GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS"] == "1000"


# -- Kubernetes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
@pytest.mark.parametrize("thing", [*kubernetes_objects(), secret_example()], ids=called)
def test_object_obeys_the_schema_of_kubernetes(thing: dict[str, Any], version: str):
    assert kubernetes_validate.validate(thing, version, strict=True) == version


def test_the_schema_of_kubernetes_finds_a_misspelt_key():
    deployment = next(thing for thing in kubernetes_objects() if thing["kind"] == "Deployment")
    deployment["spec"]["replica"] = deployment["spec"].pop("replicas")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, KUBERNETES_VERSIONS[-1], strict=True)


def test_kustomize_renders_it_and_every_reference_finds_its_settings():
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl: the rendered kustomization is not looked at")
    done = subprocess.run(
        ["kubectl", "kustomize", KUBERNETES],
        capture_output=True, text=True, check=True, timeout=RENDERED_TIME_MAX_S,
    )  # fmt: skip
    things = list(yaml.safe_load_all(done.stdout))
    assert len(things) == len(kubernetes_objects()) + 1
    (settings,) = [thing for thing in things if thing["kind"] == "ConfigMap"]
    assert done.stdout.count(f"name: {settings['metadata']['name']}\n") == 1 + len(list(pods()))
    assert done.stdout.count("image: wardline:") == len(list(pods()))


def test_the_example_of_a_secret_is_not_applied_and_holds_no_value():
    assert "secret.example.yaml" not in kustomization()["resources"]
    assert set(secret_example()["stringData"].values()) == {""}
    assert "Secret" not in {thing["kind"] for thing in kubernetes_objects()}


def test_pods_mount_no_key_that_the_secret_has_not():
    keys = set(secret_example()["stringData"])
    for _, pod in pods():
        for volume in pod["volumes"]:
            items = volume.get("secret", {}).get("items", [])
            assert {item["key"] for item in items} <= keys


@pytest.mark.parametrize("pod", [pod for _, pod in pods()], ids=[name for name, _ in pods()])
def test_pod_runs_without_any_right_it_does_not_need(pod: dict[str, Any]):
    assert pod["automountServiceAccountToken"] is False
    # Otherwise every Service adds variables such as WARDLINE_SERVE_PORT.
    assert pod["enableServiceLinks"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("kind", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_deployments_have_three_probes_on_a_port_they_listen_on(kind: str):
    for name, pod in pods():
        (container,) = pod["containers"]
        if not name.startswith("Deployment"):
            continue
        ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
        assert ports[container[kind]["httpGet"]["port"]] in container["args"]


def test_a_start_may_take_as_long_as_compiling_on_a_busy_node():
    for name, pod in pods():
        if name.startswith("Deployment"):
            probe = pod["containers"][0]["startupProbe"]
            assert probe["periodSeconds"] * probe["failureThreshold"] >= 300


def selected() -> Iterator[tuple[str, list[str]]]:
    """(object, names of the pods it means) of everything that chooses pods by name."""
    key = "app.kubernetes.io/name"
    for thing in kubernetes_objects():
        spec = thing.get("spec", {})
        chosen = spec.get("selector") or spec.get("podSelector")
        if chosen:
            rules = chosen.get("matchExpressions")
            exact = chosen.get("matchLabels", chosen)
            yield called(thing), rules[0]["values"] if rules else [exact[key]]


def test_whatever_chooses_pods_chooses_some_that_are_there():
    made = {name.partition(" ")[2] for name, _ in pods()}
    chosen = dict(selected())
    assert len(chosen) == 7
    assert {where: set(names) - made for where, names in chosen.items() if set(names) - made} == {}


def test_pods_are_labelled_with_the_name_of_what_makes_them():
    for thing in kubernetes_objects():
        if "template" in thing.get("spec", {}):
            labels = thing["spec"]["template"]["metadata"]["labels"]
            assert labels == {"app.kubernetes.io/name": thing["metadata"]["name"]}


def test_the_image_has_the_version_of_the_package():
    (image,) = kustomization()["images"]
    ours = {compose()["services"][name]["image"] for name in OWN}
    assert image["newTag"] == wardline.__version__
    assert ours == {f"wardline:{wardline.__version__}"}
