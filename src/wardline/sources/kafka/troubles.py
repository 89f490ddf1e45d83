"""Why nothing comes from the brokers, or goes to them, in plain words."""

from collections.abc import Sequence

from wardline.sources.kafka.driver import KafkaError

_AWAY = {
    "_ALL_BROKERS_DOWN", "_TRANSPORT", "_TIMED_OUT", "_TIMED_OUT_QUEUE", "_MSG_TIMED_OUT",
    "_WAIT_COORD", "REQUEST_TIMED_OUT", "NETWORK_EXCEPTION", "BROKER_NOT_AVAILABLE",
    "COORDINATOR_NOT_AVAILABLE", "COORDINATOR_LOAD_IN_PROGRESS", "LEADER_NOT_AVAILABLE",
}  # fmt: skip
_TEXTS = {
    "_RESOLVE": "the name of a broker of {place} is not known here",
    "_AUTHENTICATION": "{place} refuses user or password ({said})",
    "SASL_AUTHENTICATION_FAILED": "{place} refuses user or password ({said})",
    "_SSL": "no secure connection to {place} ({said})",
    "_UNKNOWN_TOPIC": "{place} has no topic {topic}",
    "_UNKNOWN_PARTITION": "{place} has no such partition of topic {topic}",
    "UNKNOWN_TOPIC_OR_PART": "{place} has no topic {topic}",
    "UNKNOWN_TOPIC_ID": "{place} has no topic {topic}",
    "_NOENT": "{place} has no topic {topic}",
    "TOPIC_AUTHORIZATION_FAILED": "{place} does not let this user use topic {topic}",
    "GROUP_AUTHORIZATION_FAILED": "{place} does not let this user join the group ({said})",
    "NOT_ENOUGH_REPLICAS": "too few replicas of topic {topic} are in sync",
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND": "too few replicas of topic {topic} are in sync",
}


class Troubles:
    """The newest trouble of one client, empty while all is well.

    Most end with any answer; that somebody may not do something ends when it is granted. May be
    used from any thread.
    """

    def __init__(self, brokers: Sequence[str], topic: str = ""):
        self._place = ", ".join(brokers)
        self._topic = topic
        self._passing = ""
        self._lasting = ""

    def note(self, error: KafkaError) -> None:
        """Something went wrong. The driver itself tries again."""
        name, text = error.name(), self.plain(error)
        if name.endswith("AUTHORIZATION_FAILED") or name == "_FATAL" or error.fatal():
            self._lasting = text
        elif name not in _AWAY:
            self._passing = text
        else:
            # That nobody is left says less than why.
            self._passing = self._passing or text

    def silent(self, for_s: float) -> None:
        """Nobody answered for so long."""
        self._passing = self._passing or f"no answer from {self._place} for {for_s:.0f} s"

    def answered(self) -> None:
        """The brokers did what they were asked."""
        self._passing = ""

    def granted(self) -> None:
        """What may have been refused was given."""
        self._lasting = ""

    def text(self) -> str:
        """One clear line."""
        return self._lasting or self._passing

    def plain(self, error: KafkaError) -> str:
        """What an error of the driver means."""
        name = error.name()
        if name in _AWAY:
            return f"no broker of {self._place} answers"
        form = _TEXTS.get(name, "{place}: {said}")
        return form.format(place=self._place, topic=self._topic, said=error.str())
