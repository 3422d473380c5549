"""What matters in the synthesized templates, and how they come to be."""
