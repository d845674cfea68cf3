"""Standing checks: what is still broken, asked on a schedule and after each run. Counts only."""
