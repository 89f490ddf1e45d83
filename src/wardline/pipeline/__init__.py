"""Drives the engine: poll, process, show, commit, acknowledge. Knows ports, never a backend."""
