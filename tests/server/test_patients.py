from urllib.parse import quote

import pytest
from tests.server.records import reading

from wardline.model.patients import Patient
from wardline.pipeline.ports import StoreUnavailableError

PATH = "/api/v1/patients"


def test_no_patient_is_an_empty_list(call):
    assert call.get(PATH).json() == {"patients": []}


def test_patients_come_with_bed_ward_and_context(call, ward):
    ward.store.known["B"] = Patient("B", "ICU", "3", "adm-1", 61, "F", "sepsis", {"spo2_scale": 2})
    ward.store.known["A"] = Patient("A")
    first, second = call.get(PATH).json()["patients"]
    assert first["patient_id"] == "A"
    assert first["bed"] is None
    assert second == {
        "patient_id": "B", "ward": "ICU", "bed": "3", "admission_id": "adm-1", "age": 61,
        "gender": "F", "condition": "sepsis", "settings": {"spo2_scale": 2},
    }  # fmt: skip


@pytest.mark.parametrize(
    "patient_id", ["PT-001", "Zoë", "病人 7", "12/34", "a/settings", "50%", "x?y=1#z", "<b>&", "-"]
)
def test_a_patient_is_found_by_any_id_there_can_be(call, patient_id):
    call.post("/api/v1/readings", reading(patient_id))
    answer = call.get(f"{PATH}/{quote(patient_id, safe='')}")
    assert answer.status_code == 200
    assert answer.json()["patient_id"] == patient_id


@pytest.mark.parametrize("patient_id", ["nobody", "", "../latest", "%00"])
def test_an_unknown_patient_is_404(call, patient_id):
    answer = call.get(f"{PATH}/{quote(patient_id, safe='')}")
    assert answer.status_code == 404
    assert answer.json() == {"error": "no patient has this id", "field": "patient_id"}


def test_a_store_that_cannot_be_read_is_503(call, ward):
    ward.store.failure = StoreUnavailableError("no connection")
    assert call.get(PATH).status_code == 503
