"""A season's home folder, worked on through the console command as a person does.

Belongs here: running `rezerv` in a home, keeping what it printed, and asking its release. What a season must
say is in the tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Home:
    """A season's home folder and the command that works on it; `printed` is all that the command said."""

    path: Path
    printed: list[str] = field(default_factory=list, repr=False)

    @property
    def landing(self) -> Path:
        return self.path / "landing"

    def rezerv(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the console command in this home."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("REZERV_")}
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", "--lang", "en", *arguments],
            cwd=ROOT,
            env={**kept, "REZERV_HOME": str(self.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.printed.extend((done.stdout, done.stderr))
        return done

    def release(self) -> dict[str, str]:
        """The pointer to the release in force."""
        return json.loads((self.path / "releases" / "CURRENT.json").read_text())

    def query(self, sql: str) -> list[tuple]:
        """Rows of a query on the release in force."""
        file = self.path / "releases" / Path(self.release()["file"]).name
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(sql).fetchall()
