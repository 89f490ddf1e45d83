"""Why a condition changed its state; `explain.py` has the sentence for each."""

(
    BREACHED,  # a value beyond the limit
    HELD,  # ... for as long as the delay
    RETURNED,  # back before the delay was over
    INSIDE,  # back by the hysteresis: clearing, or normal at once
    CLEARED,  # ... for as long as the clear time
    AGAIN,  # no longer inside by the hysteresis
    WENT_STALE,  # the vital sign went stale under the rule
    SWITCHED_OFF,  # a command took the rule away
    DISCHARGED,
    SUSPECT,  # a value that cannot be trusted, or an impossible one
    SUSPECT_HELD,  # ... and still no good one
    GOOD,  # a good value again
    SILENT,  # nothing came for too long
    UNAVAILABLE,  # the device says the value is not available
    SIGNAL,  # readings come again
    OLD,  # readings come, all of them old
) = range(16)
