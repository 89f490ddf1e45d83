import json

import pytest
from tests.server.records import reading

from wardline.pipeline.ports import BusyError
from wardline.server.decoding import BODY_OVERHEAD, Body, Buffered, Decoding


@pytest.fixture
def decoding():
    decoding = Decoding(names_max=3)
    yield decoding
    decoding.close()


def test_dictionaries_are_replaced_when_they_grow_too_large_and_older_batches_keep_theirs(
    runner, decoding
):
    first = runner.run(
        decoding.decode(json.dumps([reading(f"P{i}") for i in range(9)]).encode(), 0, "")
    )
    second = runner.run(decoding.decode(json.dumps(reading("Q")).encode(), 0, ""))
    assert first.batch.patients is not second.batch.patients
    assert first.batch.patients.text(int(first.batch.patient[8])) == "P8"
    assert second.batch.patients.text(int(second.batch.patient[0])) == "Q"


def test_small_dictionaries_are_kept(runner, decoding):
    batches = [runner.run(decoding.decode(json.dumps(reading()).encode(), 0, "")) for _ in range(2)]
    assert batches[0].batch.patients is batches[1].batch.patients


def test_bodies_are_counted_with_their_overhead_and_given_back(runner):
    buffered = Buffered(BODY_OVERHEAD + 10)

    async def chunks():
        yield b"12345"
        assert buffered.held == BODY_OVERHEAD + 5
        yield b"67890"

    with Body(buffered) as body:
        assert runner.run(body.read(chunks())) == b"1234567890"
        with pytest.raises(BusyError):
            buffered.take(1)
    assert buffered.held == 0


def test_a_body_that_does_not_fit_leaves_nothing_counted(runner):
    buffered = Buffered(BODY_OVERHEAD + 7)

    async def chunks():
        yield b"12345"
        yield b"67890"

    with pytest.raises(BusyError), Body(buffered) as body:
        runner.run(body.read(chunks()))
    assert buffered.held == 0
