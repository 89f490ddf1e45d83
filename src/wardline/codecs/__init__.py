"""Bytes to model and back. Only these modules know a foreign format; none of them does I/O."""
