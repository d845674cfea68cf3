"""Pieces that pages share: header, filters, tables, charts, messages, formats.

Belongs here: drawing with Streamlit and pure functions from rows to what is drawn.
Does not belong here: SQL (dashboards/warehouse/), texts (dashboards/i18n/), the layout of a page
(dashboards/views/).
"""
