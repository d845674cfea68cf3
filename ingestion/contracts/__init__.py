"""The contracts of the feeds: one ``<source>__<entity>.odcs.yaml`` each.

Belongs here: what a sender promises (columns, types, key, codes, who sends it, which paragraph of the Order
asks for it), reading it, and rendering it for readers (``docs/feeds/``). A change of a contract is a change
of its version. Checks across feeds and claims of the Order belong in ``dbt_project/``.
"""

from ingestion.contracts.model import (
    BOOKKEEPING_COLUMNS,
    Column,
    Contract,
    DerivedColumn,
    PairRule,
    RawColumn,
)
from ingestion.contracts.odcs import feed_names, load_contract

__all__ = [
    "BOOKKEEPING_COLUMNS",
    "Column",
    "Contract",
    "DerivedColumn",
    "PairRule",
    "RawColumn",
    "feed_names",
    "load_contract",
]
