"""How often Python looks for objects that only know each other."""

import gc

NEW_OBJECTS = 50_000
"""So many more than before have it look among the new ones; Python's own 700 had a busy server
spend a quarter of its time on it. Pictures and findings never hold each other in a circle."""
YOUNG_ROUNDS, ALL_ROUNDS = 10, 50
"""Every so many rounds it looks among those that were left by earlier rounds."""


def settle() -> None:
    """What is loaded by now stays for good and is not looked at again; for processes that last."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_ROUNDS, ALL_ROUNDS)
