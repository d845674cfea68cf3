"""The Dagster instance as a command of the console uses it: the home's own, with a faster way to write it.

Belongs here: opening the instance for a run in this process. Not here: the storage itself (`event_log.py`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dagster as dg


@contextlib.contextmanager
def instance_for_run(dagster_home: Path) -> Iterator[dg.DagsterInstance]:
    """The instance of a home, whose history the Dagster UI shows, for one run in this process.

    The UI and its daemon open the same files by Dagster's own storage at the same time.
    """
    import dagster as dg
    from dagster._core.instance import InstanceRef

    storage = {
        "module": "orchestration.event_log",
        "class": "KeptEventLogStorage",
        "config": {"base_dir": str(dagster_home / "history" / "runs")},
    }
    reference = InstanceRef.from_dir(str(dagster_home), overrides={"event_log_storage": storage})
    with dg.DagsterInstance.from_ref(reference) as instance:
        yield instance
