"""Unit tests of ingestion/."""
