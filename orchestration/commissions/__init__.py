"""Papers for the commissions: shortlists with cards, scenarios of the quotas, and the decisions as acts.

Belongs here: what the Expert Commission and the National Commission get to read (Order §8, §9), what another
quota would change (§9.2), and recording what the National Commission decided (A43, A44). Not here: who is on
a list, who stands within a quota, what a card may show (`dbt_project/`), how papers look (`layout/`).
"""
