"""The pages, one module each, with a function `render(visit)`.

Belongs here: what a page shows and in which order.
Does not belong here: SQL (dashboards/warehouse/), shared pieces
(dashboards/components/).
"""
