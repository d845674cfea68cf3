"""Who reads the dashboards: the book of grants, and the log of what was taken from them.

Belongs here: granting and ending roles, reading the log and checking its chain. Not here: what a role may
see (seed `audience_tables`, `orchestration/audiences.py`), asking at each page (`dashboards/access.py`).
"""
