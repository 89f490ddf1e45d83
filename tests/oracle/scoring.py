"""When scores are found: at once when a band changes, and once a minute after a change."""

from tests.oracle.scores import NONE, Inputs, applies, evaluate

from wardline.model.scores import SCORE_NAMES

FIRST = (NONE, False)


class Scoring:
    """Score findings of one patient: (at, name, Result), in order."""

    def __init__(self):
        self.found = []
        self.known = dict.fromkeys(SCORE_NAMES, FIRST)
        self.inputs = Inputs()
        self.marks = set()
        """Due times of findings because something changed."""

    def look(self, inputs: Inputs, changing: tuple, at: int):
        """Mark if the inputs differ from the last look; find what changed its band or completeness.

        `changing`: what marks, beside and including the inputs.
        """
        if changing != self.changing:
            self.marks.add(at // 60_000 * 60_000 + 70_000)
        self.changing = changing
        self.inputs = inputs
        for name in SCORE_NAMES:
            self.find_at_once(name, at)

    changing: tuple = ()

    def find_at_once(self, name: str, at: int):
        if not applies(name, self.inputs):
            self.known[name] = FIRST
            return
        result = evaluate(name, self.inputs)
        now = (result.risk, result.complete)
        if now != self.known[name]:
            self.found.append((at, name, result))
        self.known[name] = now

    def find_due(self, at: int):
        """One finding for every score with something known."""
        self.marks.discard(at)
        for name in SCORE_NAMES:
            if applies(name, self.inputs) and evaluate(name, self.inputs).has_known:
                self.found.append((at, name, evaluate(name, self.inputs)))

    def forget(self, changing: tuple):
        """A new stay: what was there before marks nothing and was never shown."""
        self.marks.clear()
        self.known = dict.fromkeys(SCORE_NAMES, FIRST)
        self.changing = changing
