"""What people see: Streamlit pages over one published release, read-only.

Belongs here: pages, their components, the texts of the interface, and the queries that read a release.
Does not belong here: rules of the Order (dbt_project/), making a release (orchestration/), anything that
writes. This package imports none of the other packages of the project.
"""
