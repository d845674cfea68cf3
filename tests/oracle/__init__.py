"""The independent oracle: the whole season once more, from the landing files, person by person.

What belongs here: a second reading of `docs/rules.md` in plain Python, with the Order's numbers written down
again (`order.py`) and its own description of the feeds (`feeds.py`). It shares no code and no data with
`ingestion/`, `orchestration/` or `dbt_project/`, so that an error on one side shows as a disagreement. What
does not: comparing with the warehouse (that goes to `tests/integration/`) and the oracle's own tests
(`tests/unit/oracle/`).
"""

from tests.oracle.drafting import RefusedError, next_list
from tests.oracle.policy import Policy
from tests.oracle.report import OracleVetting, run_vetting_oracle
from tests.oracle.season import OracleCutoff, OracleResult, OracleSeason, run_oracle

__all__ = [
    "OracleCutoff",
    "OracleResult",
    "OracleSeason",
    "OracleVetting",
    "Policy",
    "RefusedError",
    "next_list",
    "run_oracle",
    "run_vetting_oracle",
]
