"""Quality of measurement: whether items, forms and experts measure fairly (advisory, policy A25).

Belongs here: one module a method, pure functions on arrays and frames (`dif.py`, `drift.py`, `similarity.py`,
`agreement.py`, `facets.py`), what they share (`reasons.py`, `responses.py`, `multiplicity.py`), the one
module that reads a release (`frames.py`), the one that writes and reads results (`store.py`), and the list of
methods (`methods.py`). Not here: statistics that are sums (dbt: `rpt_item_statistics`, `rpt_item_options`,
`rpt_form_statistics`), commands, assets. Nothing of it changes a mark, a rank or a list.
"""
