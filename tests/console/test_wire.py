"""The console's wire types and catalogue against what the server knows and really sends."""

import json
import re
from pathlib import Path

import pytest
from tests.codecs.admitted import record
from tests.console.wards import WELL, Ward, now_ms, reading
from websockets.sync.client import connect

from wardline.model.admissions import AVERAGED, RISK_LEVELS
from wardline.model.policy import CONDITION_NAMES, PRIORITY_NAMES, PROFILES, STATE_NAMES
from wardline.model.scores import SCORES
from wardline.model.vitals import VITAL_NAMES, VITALS
from wardline.pipeline.system_picture import EMBEDDED, WORKERS

WIRE = Path(__file__).parents[2] / "web" / "src" / "wire"
VITAL_MEMBERS = ("name", "unit", "decimals", "hard_low", "hard_high", "score_age_max_s")


def catalogue() -> dict:
    """What the console must know of vital signs, rules and scores."""
    return {
        "vitals": [{name: getattr(v, name) for name in VITAL_MEMBERS} for v in VITALS],
        "profiles": {
            name: [
                {
                    "name": rule.name,
                    "vital": VITAL_NAMES[rule.vital],
                    "is_high": rule.is_high,
                    "limit": rule.limit,
                    "delay_s": rule.delay_s,
                    "priority": PRIORITY_NAMES[rule.priority],
                }
                for rule in policy.rules
            ]
            for name, policy in PROFILES.items()
        },
        "scores": [
            {
                "name": s.name,
                "title": s.title,
                "version": s.version,
                "parts": list(s.parts),
                "risks": list(s.risks),
                "is_sum": s.is_sum,
            }
            for s in SCORES
        ],
        "conditions": list(CONDITION_NAMES),
    }


def test_the_consoles_catalogue_is_the_servers():
    assert json.loads((WIRE / "catalogue.json").read_text()) == catalogue()


def types() -> str:
    return (WIRE / "messages.ts").read_text()


def members(interface: str) -> set[str]:
    """Names in an interface or object type of the console."""
    found = re.search(
        rf"^export (?:interface|type) {interface}\b.*?^\}}", types(), re.MULTILINE | re.DOTALL
    )
    assert found, interface
    return set(re.findall(r"^\s+readonly (\w+)\??:", found[0], re.MULTILINE))


def union(name: str) -> set[str]:
    found = re.search(rf"^export type {name} =(.*?);", types(), re.MULTILINE | re.DOTALL)
    assert found, name
    return set(re.findall(r'"([^"]+)"', found[1]))


def test_unions_of_the_console_hold_every_word_of_the_server():
    assert union("VitalName") == set(VITAL_NAMES)
    assert union("Priority") == set(PRIORITY_NAMES)
    assert union("ConditionState") | {"normal"} == set(STATE_NAMES)


def union_of_kinds() -> set[str]:
    found = re.search(r"interface SystemPicture .*?readonly kind: (.*?);", types(), re.DOTALL)
    assert found
    return set(re.findall(r'"([^"]+)"', found[1]))


@pytest.fixture(scope="module")
def messages(tmp_path_factory) -> dict[str, dict]:
    """One message of each type that a patient in alarm brings about, by type."""
    ward = Ward(tmp_path_factory.mktemp("wire"))
    try:
        assert ward.post("/api/v1/admissions", record(patient_id="PT-2"))[1]["accepted"] == 1
        _, page = ward.get("/api/v1/admissions")
        with connect(f"ws://127.0.0.1:{ward.port}/api/v1/live", max_size=None) as socket:
            sent = now_ms()
            ward.send(reading("PT-1", sent - 90_000, **WELL), reading("PT-1", sent, spo2=70))
            wanted = {"snapshot", "values", "transition", "score", "window", "heartbeat", "resumed",
                      "admissions", "system"}  # fmt: skip
            found: dict[str, dict] = {"page of admissions": page}
            socket.send('{"resume": 0}')
            socket.send('{"system": true}')
            while wanted - set(found):
                message = json.loads(socket.recv(timeout=15))
                found.setdefault(message["type"], message)
                for patient in message.get("patients", ()):
                    if "profile" in patient and patient["conditions"]:
                        found["patient in alarm"] = patient
            return found
    finally:
        ward.end()


@pytest.mark.parametrize(
    ("kind", "interfaces"),
    [
        ("values", ["ValuesMessage"]),
        ("heartbeat", ["HeartbeatMessage"]),
        ("resumed", ["ResumedMessage"]),
        ("transition", ["TransitionRow"]),
        ("score", ["ScoreRow"]),
        ("window", ["WindowRow"]),
        ("admissions", ["AdmissionsMessage"]),
        ("system", ["SystemMessage"]),
    ],
)
def test_a_message_has_the_members_that_the_console_expects(messages, kind, interfaces):
    expected = set().union(*(members(name) for name in interfaces))
    assert expected - {"beds"} <= set(messages[kind])


def test_admissions_have_the_members_that_the_console_expects(messages):
    summary = messages["admissions"]["summary"]
    assert members("AdmissionSummary") == set(summary)
    assert members("NameCount") == set(summary["departments"][0])
    assert union("AveragedName") == set(summary["average_vitals"]) == set(AVERAGED)
    page = messages["page of admissions"]
    assert members("PageOf") == set(page)
    assert members("AdmissionRow") == set(page["rows"][0])
    assert union("RiskLevel") == set(RISK_LEVELS)


def test_the_data_flow_has_the_members_that_the_console_expects(messages):
    told = messages["system"]["system"]
    assert members("SystemPicture") == set(told)
    assert members("SystemPartition") == set(told["partitions"][0])
    assert members("SystemWorker") == set(told["workers"][0])
    assert members("SystemSums") == set(told["sums"])
    assert members("SystemServer") == set(told["server"])
    assert union_of_kinds() == {EMBEDDED, WORKERS}


def test_a_patient_has_the_members_that_the_console_expects(messages):
    patient = messages["patient in alarm"]
    assert members("About") | members("PatientWire") <= set(patient)
    assert members("VitalValue") == set(patient["vitals"]["spo2"])
    assert members("Condition") == set(patient["conditions"][0])
    assert members("Score") == set(patient["scores"][0])
    assert members("ScoreInput") == set(patient["inputs"]["spo2"])
    assert members("Trend") == set(patient["trend"])
    assert members("Figures") == set(messages["heartbeat"]["figures"])
