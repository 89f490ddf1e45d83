"""What the writer remembers between commits; forgotten whenever a transaction is undone."""

from wardline.stores.relational import schema
from wardline.stores.relational.databases.database import Database
from wardline.stores.relational.interning import Interned
from wardline.stores.relational.statements import Statements


class Memory:
    """Compiled statements, keys of patients and sources, and what was last said about patients.

    Grows with the number of patients and sources ever seen, and with nothing else.
    """

    def __init__(self, database: Database):
        self.statements = Statements(database.writer.dialect)
        self.bulk = database.bulk()
        self.patients = Interned(self.statements, schema.patients, "patient_id")
        self.sources = Interned(self.statements, schema.sources, "name")
        self.context: dict[tuple[str, int], int | str | None] = {}

    def forget(self) -> None:
        """Everything that an undone transaction may have said."""
        self.patients.forget()
        self.sources.forget()
        self.context.clear()
        self.bulk.forget()
