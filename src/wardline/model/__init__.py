"""What things are: vital signs, readings, policies, findings. NumPy and the stdlib only."""
