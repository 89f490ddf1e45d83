"""Failures somebody can do something about, each as one clear line."""


class CommandError(Exception):
    """A command cannot go on; the text is the one line to show."""


SAY_EVERYTHING = {
    "CommandError",
    "SettingsError",
    "StoreVersionError",
    "StoreUnavailableError",
    "StoreDamagedError",
    "StoreInUseError",
    "StoreFencedError",
    "StoreBlockedError",
    "PartitionCountError",
    "PositionGoneError",
    "NotReadError",
    "FewerPartitionsError",
    "PatientTwiceError",
    "LogUnavailableError",
    "UnknownUrlError",
    "ServerStartError",
    "UnsafeSettingsError",
}
"""Failures by name, because their modules are slow to import. The text of each is the line."""


def known_failure(problem: Exception) -> str | None:
    """The line to show for a failure, or None if it is a bug."""
    if type(problem).__name__ in SAY_EVERYTHING:
        return str(problem)
    if isinstance(problem, UnicodeDecodeError):
        return f"not UTF-8 text: {problem.reason} at byte {problem.start}"
    if isinstance(problem, OSError):
        place = f"{problem.filename}: " if problem.filename else ""
        return f"{place}{problem.strerror or problem}"
    return None
