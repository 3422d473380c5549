"""What waited, and whether an alarm of the templates rang for it."""
