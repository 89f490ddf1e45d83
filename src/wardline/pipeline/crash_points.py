"""Named moments at which a worker may die: tests end the process there, nobody else notices them.

Whatever is on its way at such a moment must be neither lost nor done twice afterwards.
"""

from collections.abc import Callable

POINTS = {
    "after_poll": "messages came from the topic; nothing was done with them",
    "after_decode": "messages were decoded; the engine saw none of these",
    "after_engine": "messages went through the engine; nothing is on its way to the store",
    "after_cut_before_commit": "a commit was gathered; the store was not asked yet",
    "in_commit_after_readings": "readings and commands were sent within the transaction",
    "in_commit_after_findings": "findings were sent as well",
    "in_commit_after_dead_letters": "refused records were sent as well",
    "in_commit_after_positions": "how far the topic was read was sent as well",
    "in_commit_after_outbox": "messages to be published were sent as well",
    "in_commit_after_snapshot": "the engine's state was sent as well: only where one is due",
    "before_sql_commit": "the transaction is complete, but for its end",
    "after_sql_commit": "it is durable; the worker's own thread does not know yet",
    "after_commit_before_publish": "the worker knows that it is durable; nothing was published",
    "after_publish": "it is published; nobody noted that yet",
    "before_acknowledge": "it is durable; the group was not told",
    "after_acknowledge": "the group is being told",
    "while_catching_up": "what the owner before did not publish was read from the store",
    "while_opening_after_take_over": "the shard is ours; its engine was not brought back yet",
    "while_opening_after_recover": "the engine was brought back; nothing was read yet",
    "in_release_before_commit": "a partition is let go of; what was read is not written",
    "in_release_after_commit": "the same, and it is written; the group waits",
    "while_running_ahead": "readings went through the engine that are kept nowhere",
    "before_rewind": "the store answers again; the partition is not read again yet",
}
"""Name -> what was done before it."""

_armed: Callable[[str], None] | None = None


def arm(told: Callable[[str], None] | None) -> None:
    """From now on `told` is called at every point, in whichever thread reaches it; None: nobody."""
    global _armed  # noqa: PLW0603 - of the whole process, which is to die
    _armed = told


def reach(name: str) -> None:
    """Tell that a point, one of POINTS, is reached. Does nothing in production."""
    if _armed is not None:
        _armed(name)
