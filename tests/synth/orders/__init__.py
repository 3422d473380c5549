"""What is true of the template of orders alone."""
