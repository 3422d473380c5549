"""What tells the story of this business: its demo, its books, its load for the benchmarks."""
