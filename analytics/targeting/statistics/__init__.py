"""The statistics of step 3: pure functions over arrays, tested against published numbers."""
