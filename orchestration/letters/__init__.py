"""Letters to those who send this house files: what to mend in one, and which replies are overdue.

Belongs here: turning what has to be said into documents of the layout, and writing each as a PDF to print
and send and an Excel file of its tables. Not here: what is wrong with a file and how to mend it
(`ingestion/mending.py`), who is late (`vetting_lists_reports.py`), the lists to the vetting bodies, which
name people (`ingestion/vetting_workbooks.py`), how a page looks (`layout/`).
"""
