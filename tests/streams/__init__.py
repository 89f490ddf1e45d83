"""Random but nasty streams of readings, ticks and commands, and what feeds them to an engine."""
