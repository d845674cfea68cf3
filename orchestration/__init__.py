"""WHEN things run: settings, the console command, and the Dagster code that lands, builds and releases.

Belongs here: order, schedules, locks, settings, the release file and what a person types. Does not belong
here: how bytes become rows (`ingestion/`), what the numbers mean (`dbt_project/`), who sees what
(`dashboards/`), video (`proctoring_jobs/`). No rule of the Order stands in this package.
"""
