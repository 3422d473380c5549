"""The runtime of all functions."""
