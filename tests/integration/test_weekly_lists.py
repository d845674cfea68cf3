"""The weekly lists of a season: once, anew for whom data changed, and whole whatever kills the drawing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ingestion.clock import local_to_utc, local_zone
from ingestion.list_identities import list_exports
from ingestion.sample_season import write_season
from orchestration import runs, vetting_lists
from orchestration.builds import finish_build, start_build
from orchestration.progress import SilentProgress
from orchestration.settings import Settings, load_settings
from orchestration.vetting_lists import Drawing, lists_folder
from tests.oracle.office import Office as OracleOffice
from tests.oracle.reading import read_landing
from tests.support.home import Home
from tests.support.privacy import findings, people_of, texts_below
from tests.support.season import CompiledProject, TestSeason
from tests.support.vetting_lists import people_on, sheets, texts

ROOT = Path(__file__).parents[2]
SECRETS = {"REZERV_VAULT_KEY": "k" * 32, "REZERV_PERSON_SECRET": "s" * 32}
BODIES = ("GPO", "NSC", "ACS", "FMA", "MIA", "MOJ", "MOF")
WEEK_1, WEEK_2 = datetime(2025, 6, 9, 8), datetime(2025, 6, 16, 8)
AFTER_INTAKE, AFTER_THE_CHANGE = datetime(2025, 7, 1, 8), datetime(2025, 7, 14, 8)
REGISTRATIONS = "platform__registrations"
# Files of the bodies' side: the lists of these tests are their own.
LEFT_OUT = ("agency__vetting_requests", "vetting__replies")
RANDOM_KILLS = 3
KILLED_SCRIPT = """
import os, signal, sys
from orchestration.settings import load_settings
from orchestration.vetting_lists import draw
from ingestion import vetting_register
import ingestion.door, duckdb, pyarrow.compute, xlsxwriter

changes, stop = [], int(sys.argv[1])
land = vetting_register.land

def watch(event, arguments):
    if event in ("os.rename", "os.mkdir", "os.rmdir", "os.remove") and "vetting" in str(arguments[0]):
        changes.append(f"{event} {arguments[0]}")
        if len(changes) == stop:
            os.kill(os.getpid(), signal.SIGKILL)

def watched_land(*arguments):
    watch("os.rename", ["the register of vetting lands"])
    return land(*arguments)

vetting_register.land = watched_land
sys.addaudithook(watch)
draw(load_settings(), "officer")
print("\\n".join(changes))
"""


@dataclass(frozen=True)
class Office:
    """A season as the vetting officer meets it: files arrive, the warehouse is built, lists are drawn."""

    settings: Settings
    season: TestSeason
    sent: Path

    def receive(self, until: datetime) -> None:
        """The senders' files up to a moment (local)."""
        for folder in sorted(self.sent.iterdir()):
            if folder.name > f"{until:%Y-%m-%dT%H%M%S}":
                continue
            for file in folder.iterdir():
                target = self.settings.landing_dir / folder.name / file.name
                if not file.name.startswith(LEFT_OUT) and not target.exists():
                    target.parent.mkdir(exist_ok=True)
                    shutil.copy(file, target)

    def correct(self, candidate_no: str, at: datetime, **values: str) -> None:
        """The platform sends a person's registration once more, with other values."""
        row = self.registrations()[candidate_no] | values
        path = self.settings.landing_dir / f"{at:%Y-%m-%dT%H%M%S}" / f"{REGISTRATIONS}__corrected.jsonl"
        path.parent.mkdir()
        path.write_text(json.dumps(row, ensure_ascii=False) + "\n")

    def registrations(self) -> dict[str, dict[str, Any]]:
        """What was last sent of each candidate."""
        rows: dict[str, dict[str, Any]] = {}
        for file in sorted(self.settings.landing_dir.rglob(f"{REGISTRATIONS}*.jsonl")):
            for line in file.read_text().splitlines():
                row = json.loads(line)
                rows[row["candidate_no"]] = row
        return rows

    def build(self, now: datetime) -> None:
        """Land what waits and build as of a moment (local)."""
        self.season.land()
        clock = local_to_utc(now)
        warehouse = self.settings.warehouse
        start_build(warehouse, "build", as_of=clock, is_full=True, code_version="test")
        self.season.build(now.replace(tzinfo=local_zone()))
        finish_build(warehouse, "build", is_successful=True, checks=())

    def draw(self, now: datetime) -> Drawing:
        """A drawing as the command makes it, but for the checks of the build."""
        vetting_lists.finish(self.settings)
        self.build(now)
        return vetting_lists.draw(self.settings, "officer")

    def people(self, list_no: str) -> dict[str, Mapping[str, object]]:
        """The people on a list by candidate number."""
        rows = people_on(lists_folder(self.settings) / f"{list_no}.xlsx")
        return {str(row["candidate_no"]): row for row in rows}


def settings_of(home: Path) -> Settings:
    made = load_settings({"REZERV_HOME": str(home), **SECRETS}, env_file=home / "no.env")
    made.make_folders()
    return made


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the senders send in a whole season."""
    folder = tmp_path_factory.mktemp("sent") / "all"
    write_season(folder, size=300, seed=11, scenarios=())
    return folder


@pytest.fixture(scope="module")
def office(compiled_project: CompiledProject, sent: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    settings = settings_of(tmp_path_factory.mktemp("office") / "home")
    shutil.copy(compiled_project.template, settings.warehouse)
    return Office(settings, TestSeason(settings.ingestion_config(), compiled_project), sent)


@dataclass(frozen=True)
class Weeks:
    """Four drawings of a season, with the people on each body's list; who was corrected before which."""

    office: Office
    drawings: tuple[Drawing, ...]
    corrected: tuple[str, str]

    def on(self, week: int) -> dict[str, dict[str, Mapping[str, object]]]:
        """People on the lists of a drawing, by body."""
        return {one.body.code: self.office.people(one.list_no) for one in self.drawings[week].lists}


@pytest.fixture(scope="module")
def weeks(office: Office) -> Weeks:
    """9 June, the same day again, 16 June after a correction, 1 July, 14 July after another correction."""
    office.receive(WEEK_1)
    drawings = [office.draw(WEEK_1), office.draw(WEEK_1)]
    first, second, *_ = sorted(one.candidate_no for one in drawings[0].lists[0].candidates)
    office.correct(first, datetime(2025, 6, 12, 10), last_name="Түзетілген-Әбішұлы")
    office.receive(WEEK_2)
    drawings.append(office.draw(WEEK_2))
    office.receive(AFTER_INTAKE)
    drawings.append(office.draw(AFTER_INTAKE))
    office.correct(second, datetime(2025, 7, 12, 10), middle_name="")
    office.receive(AFTER_THE_CHANGE)
    drawings.append(office.draw(AFTER_THE_CHANGE))
    return Weeks(office, tuple(drawings), (first, second))


def test_the_first_week_everybody_eligible_is_sent_to_every_body(weeks: Weeks) -> None:
    on = weeks.on(0)
    assert tuple(on) == BODIES
    assert len(on["GPO"]) > 3 and on["GPO"].keys() == _to_be_vetted(weeks.office, WEEK_1)
    sent = weeks.office.registrations()
    for body, people in on.items():
        assert people.keys() == on["GPO"].keys()
        for number, person in people.items():
            assert person["iin"] == sent[number]["iin"], body
            assert person["previous"] == ""


def _to_be_vetted(office: Office, now: datetime) -> set[str]:
    """Whom the oracle sends, from the senders' files alone."""
    clock = now.replace(tzinfo=local_zone())
    desk = OracleOffice(read_landing(office.settings.landing_dir, clock, clock), clock, {})
    return {account.candidate_no for account in desk.to_be_vetted()}


def test_the_same_day_again_there_is_nothing_new(weeks: Weeks) -> None:
    again = weeks.drawings[1]
    assert again.lists == () and again.files == () and not again.source_file


def test_a_corrected_family_name_is_sent_anew_and_nobody_else_is(weeks: Weeks) -> None:
    first, _ = weeks.corrected
    before, after = weeks.on(0), weeks.on(2)
    assert tuple(after) == BODIES
    for body, people in after.items():
        assert people[first]["last_name"] == "Түзетілген-Әбішұлы"
        assert people[first]["previous"] == f"{body}-2025-01"
        assert people.keys() & before[body].keys() == {first}
        others = [person for number, person in people.items() if number != first]
        assert len(others) > 3 and {person["previous"] for person in others} == {""}
    assert {one.count_changed for one in weeks.drawings[2].lists} == {1}


def test_after_the_change_of_bodies_the_successor_gets_the_list(weeks: Weeks) -> None:
    _, second = weeks.corrected
    lists = {one.body.code: one for one in weeks.drawings[4].lists}
    assert set(lists) == set(BODIES)
    assert {code: one.addressee.code for code, one in lists.items() if one.is_inherited} == {"ACS": "NSC"}
    assert weeks.drawings[3].lists[2].addressee.code == "ACS"
    path = lists_folder(weeks.office.settings) / f"{lists['ACS'].list_no}.xlsx"
    cover = texts(next(iter(sheets(path).values())))
    assert "Комитет национальной безопасности" in cover and "Антикоррупционная служба" in cover
    assert "13.07.2025" in cover and "NSC: ваш код" in cover
    assert list(weeks.office.people(lists["ACS"].list_no)) == [second]
    assert weeks.office.people(lists["ACS"].list_no)[second]["middle_name"] == ""


def test_the_register_has_each_candidate_of_a_body_once_for_each_identity(weeks: Weeks) -> None:
    doubled = weeks.office.season.query(
        "select body_code, candidate_no, identity_key, count(*) from raw.agency__vetting_requests"
        " group by all having count(*) > 1 or identity_key is null"
    )
    assert doubled == []
    several = weeks.office.season.query(
        "select candidate_no, count(distinct identity_key), count(*) from raw.agency__vetting_requests"
        " group by all having count(*) > 7 order by all"
    )
    assert several == [(number, 2, 14) for number in sorted(weeks.corrected)]


def test_every_list_is_in_the_log_of_the_vault(weeks: Weeks) -> None:
    exports = list_exports(weeks.office.settings.ingestion_config())
    drawn = [(one.list_no, len(one.candidates)) for drawing in weeks.drawings for one in drawing.lists]
    assert sorted((one.list_no, one.count_people) for one in exports) == sorted(drawn)


def test_people_stand_on_the_lists_and_nowhere_else_below_the_home(weeks: Weeks) -> None:
    """The folder of the lists is the one exception, and there the search sees everybody who was sent."""
    settings = weeks.office.settings
    people = people_of(settings.landing_dir)
    lists = lists_folder(settings)
    assert findings(people, texts_below(settings.home, settings.landing_dir, lists)) == []
    kinds = {finding.kind for finding in findings(people, texts_below(lists))}
    assert {"iin", "name"} <= kinds
    shown = "\n".join(text for _, text in texts_below(lists))
    sent = weeks.office.registrations()
    assert all(str(sent[number]["iin"]) in shown for number in weeks.on(0)["GPO"])
    summaries = [(path.name, texts_of) for path in lists.glob("*__summary*") for texts_of in _texts(path)]
    assert len(summaries) > 8 and findings(people, summaries) == []


def _texts(path: Path) -> Iterator[str]:
    yield from (str(cell) for rows in sheets(path).values() for row in rows for cell in row)


# --- killed ---


@pytest.fixture(scope="module")
def prepared(
    compiled_project: CompiledProject, sent: Path, tmp_path_factory: pytest.TempPathFactory
) -> Office:
    """A home in which the lists of a Monday are due."""
    settings = settings_of(tmp_path_factory.mktemp("killed") / "home")
    shutil.copy(compiled_project.template, settings.warehouse)
    made = Office(settings, TestSeason(settings.ingestion_config(), compiled_project), sent)
    made.receive(WEEK_1)
    made.build(WEEK_1)
    return made


def copied(prepared: Office, home: Path) -> Office:
    shutil.copytree(prepared.settings.home, home)
    settings = settings_of(home)
    return Office(settings, replace(prepared.season, config=settings.ingestion_config()), prepared.sent)


def drawing_process(office: Office, kill_at: int = 0) -> subprocess.CompletedProcess[str]:
    """A drawing in a process of its own, which is killed before its n-th change of the file system."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REZERV_")}
    return subprocess.run(
        [sys.executable, "-c", KILLED_SCRIPT, str(kill_at)],
        cwd=ROOT,
        env={**kept, **SECRETS, "REZERV_HOME": str(office.settings.home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_killed_at_any_step_nothing_is_drawn_twice_or_lost(prepared: Office, tmp_path: Path) -> None:
    whole = copied(prepared, tmp_path / "whole")
    done = drawing_process(whole)
    assert done.returncode == 0, done.stderr[-2000:]
    changes = done.stdout.splitlines()
    (commit,) = [
        n for n, change in enumerate(changes, 1) if change.startswith("os.rename") and "/landing/" in change
    ]
    assert commit > 8 and len(changes) > commit + 8, changes
    chance = Random(2025)
    around = {commit, commit + 1, commit + 2, len(changes)}
    moments = around | set(chance.sample(range(1, len(changes)), RANDOM_KILLS))
    for moment in sorted(moments):
        killed = copied(prepared, tmp_path / f"killed-{moment}")
        died = drawing_process(killed, moment)
        assert died.returncode == -signal.SIGKILL, died.stderr[-2000:]
        visible = [path.name for path in lists_folder(killed.settings).glob("[!.]*")]
        assert moment > commit or visible == [], f"files stood there before they counted, at {moment}"
        again = killed.draw(WEEK_1)
        assert bool(again.lists) == (moment <= commit), f"killed at {moment}"
        assert killed.draw(WEEK_1).lists == ()
        assert drawn(killed) == drawn(whole), f"killed at {moment}"
        shutil.rmtree(killed.settings.home)


def drawn(office: Office) -> tuple[list[tuple[Any, ...]], dict[str, list[str]]]:
    """The register in the raw rows, and who stands on each list; nothing else may be in the folder."""
    register = office.season.query(
        "select list_no, body_code, candidate_no, sent_on, identity_key from raw.agency__vetting_requests"
        " order by all"
    )
    names = sorted(path.name for path in lists_folder(office.settings).iterdir())
    assert names.pop(0) == "2025-06-09__summary.xlsx"
    return register, {name: list(office.people(name.removesuffix(".xlsx"))) for name in names}


# --- through the command ---


@pytest.mark.long
def test_an_officer_s_weeks_through_the_command(sent: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    settings = load_settings({"REZERV_HOME": str(home.path)}, env_file=tmp_path / "no.env")
    settings.make_folders()
    office = Office(settings, None, sent)  # type: ignore[arg-type]
    assert home.rezerv("make-secrets").returncode == 0
    office.receive(WEEK_1)
    done = home.rezerv("vetting", "lists", "--as-of", "2025-06-09T08:00", "--by", "vetting.officer")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    files = {path.name: path.stat().st_mtime_ns for path in lists_folder(settings).iterdir()}
    assert set(files) == {"2025-06-09__summary.xlsx", *(f"{body}-2025-01.xlsx" for body in BODIES)}
    assert all(name in done.stdout for name in files) and "2025-06-16" in done.stdout

    office.receive(WEEK_2)
    scheduled = load_settings(
        {"REZERV_HOME": str(home.path), "REZERV_AS_OF": "2025-06-23T08:00"}, env_file=tmp_path / "no.env"
    )
    runs._run(scheduled, SilentProgress(), "vetting_lists_job", None, ())
    after = {path.name: path.stat().st_mtime_ns for path in lists_folder(settings).iterdir()}
    assert set(after) - set(files) == {
        "2025-06-23__summary.xlsx",
        *(f"{body}-2025-02.xlsx" for body in BODIES),
    }

    again = home.rezerv("vetting", "lists", "--as-of", "2025-06-23T09:00", "--by", "vetting.officer")
    assert again.returncode == 0 and "Nothing new for any body" in again.stdout, again.stderr
    assert {path.name: path.stat().st_mtime_ns for path in lists_folder(settings).iterdir()} == after

    assert home.rezerv("release").returncode == 0
    register = home.rezerv("vetting", "register").stdout
    assert register.count("vetting.officer") == register.count("dagster") == len(BODIES)
    reminded = home.rezerv("vetting", "remind")
    assert reminded.returncode == 0, reminded.stderr
    reminders = sorted((settings.home / "vetting" / "reminders").iterdir())
    names = [f"2025-06-23__{body}.{ending}" for body in BODIES for ending in ("pdf", "xlsx")]
    assert [path.name for path in reminders] == sorted(names)
    _, overdue, still_open = sheets(reminders[1]).values()
    assert [row[0] for row in overdue[1:]] == ["ACS-2025-01"] and overdue[1][4] == 7
    assert len(still_open) - 1 == overdue[1][6] > 3
    people = people_of(settings.landing_dir)
    printed = [(f"command {number}", text) for number, text in enumerate(home.printed)]
    assert findings(people, printed) == []
    outside = (settings.landing_dir, lists_folder(settings))
    assert findings(people, texts_below(settings.home, *outside)) == []
