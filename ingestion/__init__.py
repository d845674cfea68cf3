"""How bytes become raw rows.

Belongs here: the contracts of the feeds, reading files, the checks at the door, quarantine, the vault, and
landing rows in schema ``raw``. Does not belong here: when files land (``orchestration/``), what the rows mean
(``dbt_project/``), what people see (``dashboards/``).
"""
