"""Wardline: real-time patient monitoring, one engine from a laptop to a hospital."""

__version__ = "0.1.0"
