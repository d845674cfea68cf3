"""What the ingestion room needs to know of its surroundings.

Belongs here: the one record with paths and secrets that every public function of the room takes. Where the
values come from (environment, ``.env``) is settled in ``orchestration/settings.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ingestion.errors import RezervError


@dataclass(frozen=True)
class IngestionConfig:
    """Paths and secrets of the ingestion room; secrets are left out of ``repr``.

    warehouse: DuckDB file with schema ``raw``. vault: encrypted DuckDB file with identities. vault_key: opens
    the vault. person_secret: makes ``person_key`` from an IIN (FACTS §4). landing_dir: where senders' files
    arrive.
    """

    warehouse: Path
    vault: Path
    vault_key: str = field(repr=False)
    person_secret: str = field(repr=False)
    landing_dir: Path

    def require_secrets(self) -> None:
        """Fail with ``RezervError('secret_missing')`` unless both secrets are set."""
        for name in ("vault_key", "person_secret"):
            if not getattr(self, name).strip():
                raise RezervError("secret_missing", name=name)
