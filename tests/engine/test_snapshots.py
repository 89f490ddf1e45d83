import hashlib
import json

import pytest
from tests.engine.bedside import batch

from wardline.engine.engine import Engine
from wardline.engine.snapshots import PLAIN_MAGIC, SnapshotError, unpack
from wardline.engine.state import PATIENT
from wardline.model.commands import SETTINGS, Command


def used_engine():
    engine = Engine()
    engine.process(batch(*((second, {"spo2": 85}) for second in range(30))))
    content = {"limits": {"spo2_low": {"limit": 80}}, "spo2_scale": 2}
    engine.apply(Command("PT-001", 31_000, "nurse", SETTINGS, content))
    return engine


def test_a_restored_engine_is_the_same_engine():
    engine = used_engine()
    restored = Engine.restore(engine.snapshot())
    assert restored.snapshot() == engine.snapshot()
    later = batch((40, {"spo2": 79}), (55, {"spo2": 79}))
    found, expected = restored.process(later).findings, engine.process(later).findings
    assert found.transitions.tolist() == expected.transitions.tolist()
    assert len(found.transitions) > 0


def test_settings_survive_a_snapshot():
    restored = Engine.restore(used_engine().snapshot())
    assert restored.settings("PT-001")["limits"] == {"spo2_low": {"limit": 80}}


@pytest.mark.parametrize("place", [0, 25, 200, -1])
def test_a_damaged_snapshot_is_refused(place):
    damaged = bytearray(used_engine().snapshot())
    damaged[place] ^= 1
    with pytest.raises(SnapshotError):
        Engine.restore(bytes(damaged))


def test_a_truncated_snapshot_is_refused():
    with pytest.raises(SnapshotError):
        Engine.restore(used_engine().snapshot()[:-50])


def test_a_snapshot_takes_less_room_than_the_records_in_it():
    snapshot = used_engine().snapshot()
    _, records = unpack(snapshot)
    assert len(snapshot) < records.nbytes == PATIENT.itemsize * len(records)


def test_a_snapshot_from_before_records_were_packed_is_still_read():
    engine = used_engine()
    header, records = unpack(engine.snapshot())
    text = json.dumps(header).encode()
    body = PLAIN_MAGIC + len(text).to_bytes(8, "little") + text + records.tobytes()
    restored = Engine.restore(body + hashlib.sha256(body).digest())
    assert restored.snapshot() == engine.snapshot()
