"""Dagster assets, one module a step: landing, warehouse, publication.

Each calls the package that does the work.
"""
