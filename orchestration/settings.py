"""Settings: where things are kept and which secrets are used.

Belongs here: the list of settings, how they are read (from the environment, `.env`, key files and
`secrets.env`) and checked, and the environment handed to child processes. Not here: what a setting is used
for. `.env.example` documents each one; a test keeps the two in step. Imports nothing heavy: the console
command reads its settings before it does anything else.
"""

from __future__ import annotations

import difflib
import os
import secrets as random_secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import UserError

if TYPE_CHECKING:
    from ingestion.config import IngestionConfig

PROJECT_ROOT = Path(__file__).resolve().parents[1]
PREFIX = "REZERV_"
LANGUAGES = ("kk", "ru", "en")
SECRET_NAMES = ("REZERV_VAULT_KEY", "REZERV_PERSON_SECRET")
# A secret may stand in a file of its own instead, named by the setting with this ending.
SECRET_FILE_NAMES = tuple(f"{name}_FILE" for name in SECRET_NAMES)
MINIMUM_SECRET_LENGTH = 16
# Rights that nobody but the owner of a file with secrets may have.
RIGHTS_OF_OTHERS = 0o077
LOCAL_ZONE = "Asia/Almaty"
AS_OF_FORMAT = "%Y-%m-%d %H:%M:%S"

# Path settings with their place below the home folder.
_PATHS = {
    "REZERV_LANDING_DIR": "landing",
    "REZERV_WAREHOUSE": "warehouse.duckdb",
    "REZERV_VAULT": "vault.duckdb",
    "REZERV_RELEASES_DIR": "releases",
    "REZERV_DAGSTER_HOME": "dagster",
    "REZERV_RECORDINGS_DIR": "recordings",
    "REZERV_PROCTORING_DIR": "proctoring",
    "REZERV_ACCESS_DIR": "access",
    "REZERV_MEASUREMENT_DIR": "measurement",
    "REZERV_CORRECTIONS_DIR": "corrections",
}
SETTING_NAMES = (
    "REZERV_HOME",
    *_PATHS,
    *SECRET_NAMES,
    *SECRET_FILE_NAMES,
    "REZERV_PLATFORM_DSN",
    "REZERV_CONTACT",
    "REZERV_AS_OF",
    "REZERV_LANGUAGE",
    "REZERV_THREADS",
    "REZERV_MEMORY_LIMIT",
    "REZERV_SEASON",
)
# Read by other packages and tests, not here; named so that they are not taken for typing errors.
FOREIGN_PREFIXES = ("REZERV_DASH_", "REZERV_TEST_", "REZERV_SCREENSHOTS")


@dataclass(frozen=True)
class Settings:
    """One checked set of settings; paths are absolute, secrets never show in `repr`."""

    home: Path
    landing_dir: Path
    warehouse: Path
    vault: Path
    releases_dir: Path
    dagster_home: Path
    recordings_dir: Path
    proctoring_dir: Path
    access_dir: Path
    measurement_dir: Path
    corrections_dir: Path
    vault_key: str | None = field(default=None, repr=False)
    person_secret: str | None = field(default=None, repr=False)
    vault_key_file: Path | None = None
    person_secret_file: Path | None = None
    platform_dsn: str | None = field(default=None, repr=False)
    contact: str = ""
    as_of: datetime | None = None
    language: str = "en"
    threads: int = 2
    memory_limit: str = "1.5GB"
    season: str = "2025"

    @property
    def secrets_file(self) -> Path:
        """File of this home that keeps generated secrets, readable by its owner alone."""
        return self.home / "secrets.env"

    @property
    def demo_mark(self) -> Path:
        """File that says that the home holds a demo, and which."""
        return self.home / "demo.json"

    @property
    def is_demo(self) -> bool:
        """Whether all people of this home are invented, which every paper then says."""
        return self.demo_mark.is_file()

    @property
    def has_secrets(self) -> bool:
        """Whether both secrets are known, so that files with personal data may land."""
        return bool(self.vault_key and self.person_secret)

    def as_of_text(self) -> str:
        """Season clock as dbt reads it (UTC); empty means now."""
        return self.as_of.strftime(AS_OF_FORMAT) if self.as_of else ""

    def ingestion_config(self) -> IngestionConfig:
        """The part that `ingestion/` needs; raises `UserError` when a secret is missing."""
        from ingestion.config import IngestionConfig

        if not self.vault_key or not self.person_secret:
            names = (("REZERV_VAULT_KEY", self.vault_key), ("REZERV_PERSON_SECRET", self.person_secret))
            missing = [name for name, value in names if not value]
            raise UserError("error.secrets_missing", names=", ".join(missing), file=self.secrets_file)
        return IngestionConfig(
            warehouse=self.warehouse,
            vault=self.vault,
            vault_key=self.vault_key,
            person_secret=self.person_secret,
            landing_dir=self.landing_dir,
        )

    def reading_config(self) -> IngestionConfig:
        """The part of `ingestion/` for questions that open neither the vault nor a file: no secret needed."""
        from ingestion.config import IngestionConfig

        return IngestionConfig(
            warehouse=self.warehouse,
            vault=self.vault,
            vault_key="",
            person_secret="",
            landing_dir=self.landing_dir,
        )

    def child_environment(self) -> dict[str, str]:
        """Environment for Dagster, dbt and the dashboards, so that every process sees these same settings.

        Secrets are left out: whoever needs them reads them from their source, of which only the path of a key
        file is passed on.
        """
        values = {
            "REZERV_HOME": str(self.home),
            "REZERV_LANDING_DIR": str(self.landing_dir),
            "REZERV_WAREHOUSE": str(self.warehouse),
            "REZERV_VAULT": str(self.vault),
            "REZERV_RELEASES_DIR": str(self.releases_dir),
            "REZERV_DAGSTER_HOME": str(self.dagster_home),
            "REZERV_RECORDINGS_DIR": str(self.recordings_dir),
            "REZERV_PROCTORING_DIR": str(self.proctoring_dir),
            "REZERV_ACCESS_DIR": str(self.access_dir),
            "REZERV_MEASUREMENT_DIR": str(self.measurement_dir),
            "REZERV_CORRECTIONS_DIR": str(self.corrections_dir),
            "REZERV_LANGUAGE": self.language,
            "REZERV_THREADS": str(self.threads),
            "REZERV_MEMORY_LIMIT": self.memory_limit,
            "REZERV_SEASON": self.season,
            "DAGSTER_HOME": str(self.dagster_home),
        }
        if self.as_of:
            values["REZERV_AS_OF"] = self.as_of_text() + "+00:00"
        for name, file in (
            ("REZERV_VAULT_KEY_FILE", self.vault_key_file),
            ("REZERV_PERSON_SECRET_FILE", self.person_secret_file),
        ):
            if file:
                values[name] = str(file)
        if self.contact:
            values["REZERV_CONTACT"] = self.contact
        return values

    def make_folders(self) -> None:
        """Create the folders that every command may write to."""
        for folder in (self.home, self.landing_dir, self.releases_dir, self.dagster_home):
            folder.mkdir(parents=True, exist_ok=True)


def load_settings(
    environ: Mapping[str, str] | None = None,
    *,
    env_file: Path | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Settings:
    """Read and check the settings.

    A value is taken from `overrides` (options of the command line), else from the environment, else from
    `.env` in the project's folder; a secret also from the key file that a setting names, and at last from
    `<home>/secrets.env`. Relative paths count from the current folder, in `.env` from the folder of that
    file; the default home is `data` in the project's folder. Raises `UserError` naming the first wrong
    setting, and for a file with secrets that others may read.
    """
    file = env_file or PROJECT_ROOT / ".env"
    from_file = _absolute_paths(read_env_file(file), file.parent)
    from_environment = dict(os.environ if environ is None else environ)
    given = {**from_file, **_only_ours(from_environment), **(overrides or {})}
    _refuse_unknown(given)
    home = _path(given, "REZERV_HOME", PROJECT_ROOT / "data")
    secrets = _secrets(given, home / "secrets.env")
    return Settings(
        home=home,
        landing_dir=_path(given, "REZERV_LANDING_DIR", home / _PATHS["REZERV_LANDING_DIR"]),
        warehouse=_path(given, "REZERV_WAREHOUSE", home / _PATHS["REZERV_WAREHOUSE"]),
        vault=_path(given, "REZERV_VAULT", home / _PATHS["REZERV_VAULT"]),
        releases_dir=_path(given, "REZERV_RELEASES_DIR", home / _PATHS["REZERV_RELEASES_DIR"]),
        dagster_home=_path(given, "REZERV_DAGSTER_HOME", home / _PATHS["REZERV_DAGSTER_HOME"]),
        recordings_dir=_path(given, "REZERV_RECORDINGS_DIR", home / _PATHS["REZERV_RECORDINGS_DIR"]),
        proctoring_dir=_path(given, "REZERV_PROCTORING_DIR", home / _PATHS["REZERV_PROCTORING_DIR"]),
        access_dir=_path(given, "REZERV_ACCESS_DIR", home / _PATHS["REZERV_ACCESS_DIR"]),
        measurement_dir=_path(given, "REZERV_MEASUREMENT_DIR", home / _PATHS["REZERV_MEASUREMENT_DIR"]),
        corrections_dir=_path(given, "REZERV_CORRECTIONS_DIR", home / _PATHS["REZERV_CORRECTIONS_DIR"]),
        vault_key=secrets["REZERV_VAULT_KEY"],
        person_secret=secrets["REZERV_PERSON_SECRET"],
        vault_key_file=_optional_path(given, "REZERV_VAULT_KEY_FILE"),
        person_secret_file=_optional_path(given, "REZERV_PERSON_SECRET_FILE"),
        platform_dsn=_dsn(given, "REZERV_PLATFORM_DSN"),
        contact=given.get("REZERV_CONTACT", "").strip(),
        as_of=parse_as_of(given.get("REZERV_AS_OF", "")),
        language=_choice(given, "REZERV_LANGUAGE", LANGUAGES, "en"),
        threads=_whole_number(given, "REZERV_THREADS", 2, smallest=1, largest=256),
        memory_limit=_memory(given, "REZERV_MEMORY_LIMIT", "1.5GB"),
        season=_digits(given, "REZERV_SEASON", "2025"),
    )


def parse_as_of(text: str) -> datetime | None:
    """Read a season clock: ISO date or date and time; returns naive UTC, or None for an empty text (now).

    A time without an offset is local (Asia/Almaty); a day alone means its end, 23:59:59 local.
    Raises `UserError` when the text is neither.
    """
    from ingestion.clock import local_zone

    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError("error.setting_as_of", value=text) from error
    if len(text) == len("2025-08-09"):
        moment = datetime.combine(moment.date(), time(23, 59, 59))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=local_zone())
    return moment.astimezone(UTC).replace(tzinfo=None)


def generate_secrets(settings: Settings) -> bool:
    """Write random secrets for a home that has none (the demo); returns whether anything was written.

    A secret that is already set is kept, one from a key file stays there alone. The file is readable by its
    owner alone.
    """
    if settings.has_secrets:
        return False
    settings.home.mkdir(parents=True, exist_ok=True)
    kept = read_env_file(settings.secrets_file)
    in_use = (
        ("REZERV_VAULT_KEY", settings.vault_key, settings.vault_key_file),
        ("REZERV_PERSON_SECRET", settings.person_secret, settings.person_secret_file),
    )
    lines = [
        f"{name}={kept.get(name) or value or random_secrets.token_hex(32)}\n"
        for name, value, file in in_use
        if file is None or kept.get(name)
    ]
    descriptor = os.open(settings.secrets_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.writelines(lines)
    settings.secrets_file.chmod(0o600)
    return True


def read_env_file(path: Path) -> dict[str, str]:
    """Names and values of a file of settings; empty when there is no such file."""
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: value or "" for name, value in dotenv_values(path, encoding="utf-8").items()}


def _only_ours(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith(PREFIX)}


def _absolute_paths(values: Mapping[str, str], folder: Path) -> dict[str, str]:
    paths = {"REZERV_HOME", *_PATHS, *SECRET_FILE_NAMES}
    return {
        name: str(folder / Path(value).expanduser()) if name in paths and value else value
        for name, value in values.items()
    }


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for name in sorted(given):
        if not name.startswith(PREFIX) or name in SETTING_NAMES or name.startswith(FOREIGN_PREFIXES):
            continue
        close = difflib.get_close_matches(name, SETTING_NAMES, n=1)
        raise UserError("error.setting_unknown", name=name, nearest=close[0] if close else "REZERV_HOME")


def _path(given: Mapping[str, str], name: str, default: Path) -> Path:
    text = given.get(name, "")
    return Path(text).expanduser().absolute() if text else default


def _optional_path(given: Mapping[str, str], name: str) -> Path | None:
    return _path(given, name, Path()) if given.get(name) else None


def _secrets(given: Mapping[str, str], generated: Path) -> dict[str, str | None]:
    """The secrets by name: set themselves, or from their key file, or generated for the home."""
    kept = _generated_secrets(generated)
    found: dict[str, str | None] = {}
    for name in SECRET_NAMES:
        source, value = name, given.get(name, "")
        file = _optional_path(given, f"{name}_FILE")
        if file is not None:
            if value:
                raise UserError("error.secret_twice", name=name, file_name=f"{name}_FILE")
            source, value = f"{name}_FILE", read_secret_file(f"{name}_FILE", file)
        value = value or kept.get(name, "")
        if value and len(value) < MINIMUM_SECRET_LENGTH:
            raise UserError("error.setting_secret_short", name=source, minimum=MINIMUM_SECRET_LENGTH)
        found[name] = value or None
    return found


def read_secret_file(name: str, path: Path) -> str:
    """The secret in the key file that the setting `name` names, without blanks and line breaks around it.

    Raises `UserError`, never with the content: `error.secret_file` (missing, not an ordinary file, not
    readable, empty), `error.secret_file_open` if its group or others have any right to it.
    """
    try:
        # Opening a pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise UserError("error.secret_file", name=name, file=path)
            _require_private(mode, name, path)
            value = stream.read().decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise UserError("error.secret_file", name=name, file=path) from None
    if not value:
        raise UserError("error.secret_file", name=name, file=path)
    return value


def _generated_secrets(path: Path) -> dict[str, str]:
    """Secrets of `secrets.env`; none for those who may not read it, such as the dashboards' own user."""
    if not path.is_file():
        return {}
    _require_private(path.stat().st_mode, path.name, path)
    return read_env_file(path) if os.access(path, os.R_OK) else {}


def require_private(path: Path) -> None:
    """Raise `UserError` (`error.secret_file_open`) where others than its owner have any right to a file."""
    _require_private(path.stat().st_mode, path.name, path)


def _require_private(mode: int, name: str, path: Path) -> None:
    if mode & RIGHTS_OF_OTHERS:
        raise UserError("error.secret_file_open", name=name, file=path, mode=f"{stat.S_IMODE(mode):03o}")


def _dsn(given: Mapping[str, str], name: str) -> str | None:
    """A connection string as PostgreSQL writes it, an address or `name=value`; no message shows it."""
    value = given.get(name, "").strip()
    if value and not value.startswith(("postgresql://", "postgres://")) and "=" not in value:
        raise UserError("error.setting_dsn", name=name)
    return value or None


def _choice(given: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = given.get(name) or default
    if value not in allowed:
        raise UserError("error.setting_choice", name=name, value=value, allowed=", ".join(allowed))
    return value


def _whole_number(given: Mapping[str, str], name: str, default: int, *, smallest: int, largest: int) -> int:
    text = given.get(name) or str(default)
    if not text.isdecimal() or not smallest <= int(text) <= largest:
        raise UserError("error.setting_number", name=name, value=text, smallest=smallest, largest=largest)
    return int(text)


def _memory(given: Mapping[str, str], name: str, default: str) -> str:
    import re

    value = given.get(name) or default
    if not re.fullmatch(r"\d+(\.\d+)?\s?(MB|GB|MiB|GiB)", value):
        raise UserError("error.setting_memory", name=name, value=value)
    return value


def _digits(given: Mapping[str, str], name: str, default: str) -> str:
    value = given.get(name) or default
    if not (value.isdecimal() and len(value) == 4):
        raise UserError("error.setting_season", name=name, value=value)
    return value
