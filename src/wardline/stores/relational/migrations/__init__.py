"""Alembic's environment: one file a version of the tables."""
