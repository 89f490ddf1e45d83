"""Fixtures shared by the tests of the relational store."""

import pytest
from tests.contracts.building import Ward


@pytest.fixture
def ward() -> Ward:
    return Ward()
