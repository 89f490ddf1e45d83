"""Everything Wardline needs, on one machine and without containers."""
