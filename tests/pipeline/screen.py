"""A screen as the live feed's documentation tells one to be: it merges what it is sent."""

import json
from typing import Any

MERGED = ("vitals", "inputs")


class Screen:
    """What a viewer knows. Members replace each other; vital signs, inputs and scores merge."""

    def __init__(self) -> None:
        self.patients: dict[str, dict[str, Any]] = {}
        self.beds: list[dict[str, str]] = []
        self.found: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.seq = 0

    def take(self, *texts: str) -> None:
        for text in texts:
            message = json.loads(text)
            self.messages.append(message)
            self.seq = max(self.seq, message["seq"])
            kind = message["type"]
            if kind == "snapshot":
                self.patients = {p["patient_id"]: _whole(p) for p in message["patients"]}
            elif kind == "values":
                for patient in message["patients"]:
                    self.merge(patient)
            elif kind in {"transition", "score", "window", "anomaly"}:
                self.found.append(message)
            self.beds = message.get("beds", self.beds)

    def merge(self, patient: dict[str, Any]) -> None:
        mine = self.patients.setdefault(patient["patient_id"], {"scores": {}})
        for name, content in patient.items():
            if name in MERGED:
                mine[name] = _without_gone(mine.get(name, {}) | content)
            elif name == "scores":
                mine[name] = _known(mine[name] | {score["name"]: score for score in content})
            else:
                mine[name] = content

    @property
    def transitions(self) -> list[tuple[str, int]]:
        return [
            (row["patient_id"], row["patient_seq"])
            for row in self.found
            if row["type"] == "transition"
        ]

    def kinds(self) -> list[str]:
        return [message["type"] for message in self.messages]


def _whole(patient: dict[str, Any]) -> dict[str, Any]:
    return patient | {"scores": {score["name"]: score for score in patient["scores"]}}


def _without_gone(entries: dict[str, Any]) -> dict[str, Any]:
    return {name: entry for name, entry in entries.items() if entry is not None}


def _known(scores: dict[str, Any]) -> dict[str, Any]:
    return {name: score for name, score in scores.items() if score["parts"]}
