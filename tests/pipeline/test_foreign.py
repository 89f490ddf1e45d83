"""Patients that come through several partitions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from tests.pipeline.building import decoded, reading

from wardline.model.commands import Command
from wardline.model.names import Dictionaries
from wardline.pipeline import foreign
from wardline.pipeline.foreign import FOREIGN, Homeless
from wardline.pipeline.ports import StoreUnavailableError


class Registry:
    """Who belongs elsewhere, and who was asked about."""

    def __init__(self, *elsewhere: str):
        self.elsewhere = set(elsewhere)
        self.asked: list[list[str]] = []
        self.is_away = False

    def claim_patients(self, patient_ids: Sequence[str]) -> set[str]:
        if self.is_away:
            raise StoreUnavailableError("pulled out")
        self.asked.append(sorted(patient_ids))
        return self.elsewhere & set(patient_ids)


def given(registry: Any, homeless: Homeless, *patients: str, names: Dictionaries | None = None):
    readings = [reading(patient, 1_000 + place) for place, patient in enumerate(patients)]
    found = decoded(*readings, origin="vitals/1", first_position=40, names=names)
    return homeless.without(found, registry)


def patients_of(found: Any) -> list[str]:
    return found.batch.patients.texts(found.batch.patient)


def test_the_shards_own_patients_pass_as_they_are():
    registry, homeless = Registry(), Homeless()
    readings = decoded(reading("a"), reading("b"))
    assert homeless.without(readings, registry) is readings  # pyright: ignore[reportArgumentType]
    assert homeless.problem("vitals/1") == ""


def test_readings_of_others_become_rejections_with_their_place_and_record():
    registry, homeless = Registry("b"), Homeless()
    found = given(registry, homeless, "a", "b", "c", "b")
    assert patients_of(found) == ["a", "c"]
    assert found.rows.tolist() == [0, 2]
    assert [(r.index, r.position, r.patient_id, r.reason) for r in found.rejections] == [
        (1, 41, "b", FOREIGN),
        (3, 43, "b", FOREIGN),
    ]
    assert '"timestamp": 1003' in found.rejections[1].raw
    assert homeless.readings == 2


def test_the_problem_names_no_patient_and_says_what_to_do():
    homeless = Homeless()
    given(Registry("Jane Doe"), homeless, "Jane Doe", "a")
    problem = homeless.problem("vitals/1")
    assert problem.startswith("vitals/1: 1 patients belong to another partition")
    assert "wardline rekey" in problem
    assert "Jane" not in problem


def test_everybody_is_asked_about_once():
    registry, homeless, names = Registry("b"), Homeless(), Dictionaries()
    for _ in range(3):
        assert patients_of(given(registry, homeless, "a", "b", names=names)) == ["a"]
    assert patients_of(given(registry, homeless, "a", "b", "c", names=names)) == ["a", "c"]
    assert patients_of(given(registry, homeless, "b", "c", names=Dictionaries())) == ["c"]
    assert registry.asked == [["a", "b"], ["c"]]


def test_a_name_in_a_refused_record_makes_no_patient():
    registry, homeless = Registry(), Homeless()
    homeless.without(decoded(reading("a"), reading("b", heart_rate="?")), registry)  # pyright: ignore[reportArgumentType]
    assert registry.asked == [["a"]]


def test_commands_for_patients_of_others_are_refused():
    registry, homeless = Registry("b"), Homeless()
    own, other = (Command(patient, 0, "", "discharge", {}) for patient in "ab")
    assert homeless.refuse(own, registry) == ""  # pyright: ignore[reportArgumentType]
    assert homeless.refuse(other, registry) == FOREIGN  # pyright: ignore[reportArgumentType]


def test_while_the_store_is_away_nobody_passes_and_the_question_is_asked_again():
    registry, homeless = Registry("b"), Homeless()
    registry.is_away = True
    with pytest.raises(StoreUnavailableError):
        given(registry, homeless, "a", "b")
    registry.is_away = False
    assert patients_of(given(registry, homeless, "a", "b")) == ["a"]


def test_beyond_the_bound_all_are_asked_about_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(foreign, "IDS_MAX", 2)
    registry, homeless = Registry("z"), Homeless()
    for name in "abcz":
        given(registry, homeless, name)
    found = given(registry, homeless, "a", "z", "b")
    assert patients_of(found) == ["a", "b"]
    assert registry.asked[-1] == ["a", "b"]
    assert np.array_equal(found.batch.position, [40, 42])
