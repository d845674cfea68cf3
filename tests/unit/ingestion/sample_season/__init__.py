"""Unit tests of the sample season."""
