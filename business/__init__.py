"""What knows this business as a whole: its demo, books, load, verification, and its restore."""
