"""Marks of the panels: who owes which, which works to look at, the forms of experts (Order §6.5–6.7).

Not here: who marks what (`orchestration/assignment/`), how well they mark (`orchestration/measurement/`).
"""
