"""The engine's meaning, written the slow, obvious way from docs/concepts/semantics.md.

It shares no code with the engine: only numbers and names of the catalogue are those of the model.
"""

from tests.oracle.oracle import Oracle
from tests.oracle.readings import Reading

__all__ = ["Oracle", "Reading"]
