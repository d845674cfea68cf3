"""What goes out after a list is published: to everybody, to the candidates, and who the Reserve is.

Belongs here: public lists by candidate number, the named list of the Reserve, results and short reports for
the candidates' accounts. All of it is made from a list of the ledger, never from what today's data would
give. Not here: publishing (`publication.py`), how a paper looks (`layout/`).
"""
