"""Assignment for a stage whose works experts mark: the case of each candidate, the experts of each work
(Order §6.3–§6.7).

Belongs here: drawing cases from a committed seed (`dealing.py`, `draws.py`, `draw_verification.py`), choosing
experts (`panel_problem.py`, `panel_solver.py`, `panel_shortage.py`), keeping both acts (`books.py`,
`panels.py`), what an expert receives (`packets.py`), and the commands. Not here: who is a candidate, an
expert, in conflict, or how many experts mark a work (`dbt_project/`).
"""
