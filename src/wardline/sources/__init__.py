"""Where readings come from: the simulator, recordings, the HTTP inbox."""
