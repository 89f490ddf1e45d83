"""Seeded patients whose truth is known."""
