"""All values of all time, and the windows over them."""

from collections import defaultdict

WIDTH = 60_000
DUE_AFTER = 70_000


class Windows:
    """Windows of one patient. `found`: (vital, start) -> (count, min, max, sum, revision)."""

    def __init__(self):
        self.values = defaultdict(list)
        self.found = {}

    def add(self, vital: str, t: int, a: int, value: int) -> bool:
        """Keep a value; gives whether it came after its window was due, which corrects it."""
        start = t // WIDTH * WIDTH
        late = a >= start + DUE_AFTER
        self.values[vital, start].append((value, late))
        if late:
            self.emit(vital, start)
        return late

    def emit(self, vital: str, start: int):
        self.found[vital, start] = self.window(vital, start)

    def window(self, vital: str, start: int) -> tuple[int, int, int, int, int]:
        kept = self.values[vital, start]
        values = [value for value, _ in kept]
        revision = sum(late for _, late in kept)
        return len(values), min(values), max(values), sum(values), revision

    def waiting(self) -> list[tuple[str, int]]:
        """Windows with values that were never emitted."""
        return [key for key in self.values if key not in self.found]
