"""The state of patients as a screen shows it. Reads the engine, changes nothing in it.

Many patients are drawn together: their records are read column by column, which costs a fraction of
reading them field by field.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from wardline.engine.engine import Engine
from wardline.engine.judging import score_patients
from wardline.engine.materialise import empty, parts_json, risk_name
from wardline.engine.picture_conditions import conditions
from wardline.engine.picture_values import inputs, limits, usual
from wardline.engine.scores import AT_LEAST, COMPLETE, KNOWN, RESULT_COUNT, RISK, TOTAL
from wardline.model.findings import NO_TIME, SCORE_PART_COUNT_MAX
from wardline.model.patients import Patient
from wardline.model.pictures import PatientPicture, ScorePicture, VitalPicture
from wardline.model.scores import SCORE_COUNT, SCORES
from wardline.model.vitals import MISSING, VITAL_NAMES

Codes = npt.NDArray[np.intp]

_MISSING = tuple(VitalPicture(name, "missing", None, None, None, None) for name in VITAL_NAMES)


def pictures(engine: Engine, now_ms: int) -> list[PatientPicture]:
    """All patients with at least one reading or command, in UTF-8 byte order of their ids."""
    known = np.flatnonzero(engine.records["arrival"][: len(engine.patients)]).tolist()
    known.sort(key=lambda code: engine.patients.text(code).encode())
    return pictures_of(engine, known, now_ms)


def picture(engine: Engine, code: int, now_ms: int) -> PatientPicture:
    """One patient by engine code."""
    return pictures_of(engine, [code], now_ms)[0]


def pictures_of(engine: Engine, chosen: Sequence[int], now_ms: int) -> list[PatientPicture]:
    """Some patients by engine code, in that order."""
    codes = np.array(chosen, np.intp)
    records = engine.records
    ages, scales, policies, read_at = (
        records[name][codes].tolist() for name in ("age", "spo2_scale", "policy", "read_at")
    )
    parts = zip(
        chosen, ages, read_at, _vitals(engine, codes), conditions(engine, codes, now_ms),
        _scores(engine, codes), inputs(records, codes), scales,
        [limits(engine.policy_rules[policy]) for policy in policies], strict=True,
    )  # fmt: skip
    return [
        PatientPicture(
            patient=Patient(engine.patients.text(code), age=age if age >= 0 else None),
            last_reading_at=None if read == NO_TIME else read,
            vitals=vitals, conditions=found, scores=scores, inputs=used, spo2_scale=scale,
            limits=limited,
        )
        for code, age, read, vitals, found, scores, used, scale, limited in parts
    ]  # fmt: skip


def _vitals(engine: Engine, codes: Codes) -> Iterator[tuple[VitalPicture, ...]]:
    """One tuple per patient."""
    held = engine.records["vitals"][codes]
    columns = [_vital(engine, vital, held[:, vital]) for vital in range(len(VITAL_NAMES))]
    return zip(*columns, strict=True)


def _vital(engine: Engine, vital: int, held: npt.NDArray[np.void]) -> list[VitalPicture]:
    """One vital sign of every patient."""
    name, missing, source_of = VITAL_NAMES[vital], _MISSING[vital], engine.source_names.text
    fields = ("held", "stale_onset", "newest", "good_at", "source")
    rows = zip(*(held[field].tolist() for field in fields), usual(vital, held), strict=True)
    return [
        missing
        if value == MISSING
        else VitalPicture(
            name, "live" if stale == NO_TIME else "stale", value, newest, good_at,
            source_of(source), known,
        )
        for value, stale, newest, good_at, source, known in rows
    ]  # fmt: skip


def _scores(engine: Engine, codes: Codes) -> Iterator[tuple[ScorePicture, ...]]:
    """One tuple per patient."""
    parts = np.empty((len(codes), SCORE_COUNT, SCORE_PART_COUNT_MAX), np.int32)
    results = np.empty((len(codes), SCORE_COUNT, RESULT_COUNT), np.int32)
    score_patients(engine.records, engine.work, codes, parts, results)
    is_known = (results[:, :, KNOWN] > 0).tolist()
    stated = np.concatenate((results, parts), axis=2).tobytes()
    size = (RESULT_COUNT + SCORE_PART_COUNT_MAX) * results.itemsize
    for place, known in enumerate(is_known):
        first = place * SCORE_COUNT * size
        yield tuple(
            _score(score, stated[first + score * size : first + (score + 1) * size])
            for score in range(SCORE_COUNT)
            if known[score]
        )


@lru_cache(maxsize=65_536)
def _score(score: int, stated: bytes) -> ScorePicture:
    """A score from its result and parts as the engine wrote them.

    Most scores stay as they were; the cache forgets those used longest ago.
    """
    numbers: list[int] = np.frombuffer(stated, np.int32).tolist()
    result, parts = numbers[:RESULT_COUNT], numbers[RESULT_COUNT:]
    return ScorePicture(
        SCORES[score].name, empty(result[TOTAL]), empty(result[AT_LEAST]), bool(result[COMPLETE]),
        risk_name(score, result[RISK]), parts_json(score, tuple(parts)),
    )  # fmt: skip
