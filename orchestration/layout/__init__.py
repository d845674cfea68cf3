"""What reports look like: one model of their content, and three renderers of it (docs/decisions/0026).

Belongs here: the content of a document (`content.py`), its texts (`texts.py`, `locale/`), how values are
written (`values.py`), charts (`charts.py`), and PDF, Excel and HTML (`pdf.py`, `workbook.py`, `page.py`),
chosen by `rendering.py`. Not here: what a report says (`stage_reports/`), figures (`dbt_project/`), rules.
"""
