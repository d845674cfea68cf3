"""Places in slots for those who chose none or are owed a resit (Order §7.1, §5.7; docs/decisions/0029).

Belongs here: placing from a committed seed (`placing.py`), what an act rests on (`desk.py`), the acts and
their book (`placements.py`), running a book again (`verification.py`), bringing acts into the landing folder
(`delivery.py`), what the platform gets (`exports.py`), and the commands. Not here: who has which place, who
is owed one, and what a slot takes (`dbt_project/`).
"""
