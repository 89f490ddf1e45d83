"""The versions of the tables; a file, once released, never changes."""
