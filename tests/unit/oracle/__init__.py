"""The oracle's own tests: tiny cases computed by hand."""
