"""Reports of stages: what happened, how well it was measured, what went otherwise, what came before.

Belongs here: what a report says about a stage, from the figures of a release. Not here: figures
(`dbt_project/models/reporting/`), how a report looks (`layout/`), when it is written (`assets/reports.py`).
A report names nobody and holds no candidate number.
"""
