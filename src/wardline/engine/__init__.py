"""Readings to findings: pure, deterministic, compiled. The one door is `engine.engine.Engine`."""
