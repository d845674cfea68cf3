"""Serve the app: what its pages are made of is imported before the first reader comes, not while they wait.

Belongs here: the start of the server. Does not belong here: its options (`rezerv dash` gives them), the app
(dashboards/app.py). Run: `python -m dashboards.serve run dashboards/app.py`, with Streamlit's own options.
"""

from __future__ import annotations

import importlib

# Heavy packages of the pages and of their files.
_EARLY = ("pandas", "altair", "pyarrow", "xlsxwriter", "typst", "dashboards.pages")


def main() -> None:
    """Import what is heavy, then do what the command `streamlit` does with the arguments."""
    for name in _EARLY:
        importlib.import_module(name)
    from streamlit.web import cli

    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()
