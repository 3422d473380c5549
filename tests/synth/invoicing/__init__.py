"""What is true of the template of invoicing alone."""
