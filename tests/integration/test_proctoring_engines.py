"""Workers, nodes and whole runs are killed at random moments: what they leave is finished by the next run.

The random moments are drawn from a seed that a failing test shows in its log. Results are compared byte by
byte with those of a run that nobody disturbed.
"""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.proctoring import HERE, everything, results, settings, write_sittings

ROOT = Path(__file__).parents[2]
COUNT = 6


class Season:
    """A folder of sittings, and how to start a run over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifests = write_sittings(folder, COUNT)

    def start(
        self, out: Path, *options: str, detector: str = "slow_detector", **more: str
    ) -> subprocess.Popen:
        """A run in a process of its own."""
        environment = os.environ | settings(self.folder, workers="2", **more) | {"TEST_DETECTOR": detector}
        environment |= {"REZERV_LANGUAGE": "en", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", HERE, "run", str(self.manifests), "--out", str(out), *options]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def finish(self, out: Path) -> str:
        """What a quick run says that is left alone."""
        run = self.start(out, detector="brightness_detector")
        said, problems = run.communicate(timeout=90)
        assert run.returncode == 0, problems
        return said


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Season:
    return Season(tmp_path_factory.mktemp("sittings"))


@pytest.fixture(scope="module")
def undisturbed(season: Season) -> dict[str, bytes]:
    """Results of a run that nobody disturbed."""
    out = season.folder / "undisturbed"
    season.finish(out)
    found = everything(out)
    assert len(results(out)) == COUNT
    assert len(found) > COUNT * 2  # coverage and evidence too
    return found


@pytest.fixture
def chance() -> random.Random:
    seed = time.time_ns()
    logging.getLogger(__name__).warning("random moments are drawn from the seed %s", seed)
    return random.Random(seed)


def lines(out: Path, status: str) -> list[str]:
    """Sittings of the journal with a status, in the order of the lines."""
    journal = out / ".run" / "journal.jsonl"
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    return [entry["sitting_id"] for entry in entries if entry["status"] == status]


def wait_for(happens: Callable[[], object]) -> None:
    """Look until something happens; fails after a while."""
    deadline = time.monotonic() + 40
    while not happens():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def workers_of(run: subprocess.Popen) -> list[psutil.Process]:
    """Processes of a local run that do sittings."""
    try:
        children = psutil.Process(run.pid).children()
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    except psutil.NoSuchProcess:
        return []


def test_killed_workers_cost_nothing_but_time(
    season: Season, undisturbed: dict[str, bytes], tmp_path: Path, chance: random.Random
) -> None:
    run = season.start(tmp_path)
    killed = 0
    while run.poll() is None:
        time.sleep(chance.uniform(0.2, 1.2))
        workers = workers_of(run)
        if workers and killed < 4:
            chance.choice(workers).kill()
            killed += 1
    said, problems = run.communicate()
    assert run.returncode == 0, problems
    assert killed >= 1
    assert f"{COUNT} of {COUNT} sittings" in said
    assert everything(tmp_path) == undisturbed
    assert sorted(lines(tmp_path, "done") + lines(tmp_path, "already_done")) == [
        f"S{n:02}" for n in range(COUNT)
    ]


def test_a_killed_run_is_continued(
    season: Season, undisturbed: dict[str, bytes], tmp_path: Path, chance: random.Random
) -> None:
    for _ in range(2):
        run = season.start(tmp_path)
        time.sleep(chance.uniform(1, 4))
        workers = workers_of(run)
        run.kill()
        run.communicate()
        psutil.wait_procs(workers, timeout=10)
        assert [worker for worker in workers if worker.is_running()] == []
    before = results(tmp_path)
    said = season.finish(tmp_path)
    assert said.count("already done") == len(before)
    assert everything(tmp_path) == undisturbed
    assert len(lines(tmp_path, "done")) == len(set(lines(tmp_path, "done")))
    assert season.finish(tmp_path).count("already done") == COUNT


def test_a_run_that_is_asked_to_end_says_so_and_is_continued(
    season: Season, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        before = len(results(tmp_path))
        run = season.start(tmp_path)
        wait_for(lambda before=before: len(results(tmp_path)) > before)
        workers = workers_of(run)
        run.send_signal(number)
        _, problems = run.communicate(timeout=20)
        assert run.returncode == 128 + number
        assert f"of {COUNT} sittings are done" in problems
        assert "Traceback" not in problems
        assert [worker for worker in workers if worker.is_running()] == []
    assert 0 < len(results(tmp_path)) < COUNT
    season.finish(tmp_path)
    assert everything(tmp_path) == undisturbed


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes on this machine: one for the head, with a core, and one that can be lost."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    memory = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
    quick = {"health_check_period_ms": 500, "health_check_failure_threshold": 4}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "_system_config": quick, **memory})
    cluster.add_node(num_cpus=1, object_store_memory=memory["object_store_memory"])
    cluster.wait_for_nodes()
    yield cluster
    cluster.shutdown()


def ray_workers() -> list[psutil.Process]:
    """Processes of Ray that do sittings."""
    found = []
    for process in psutil.process_iter():
        try:
            if "ray::do_within_limit" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_a_cluster_gives_the_same_bytes_whoever_is_killed(
    season: Season, undisturbed: dict[str, bytes], tmp_path: Path, chance: random.Random, cluster: Any
) -> None:
    where = {"engine": "ray", "ray_address": cluster.address}
    run = season.start(tmp_path, **where)
    wait_for(ray_workers)
    time.sleep(chance.uniform(0, 1))
    for worker in ray_workers()[:1]:
        worker.kill()
    time.sleep(chance.uniform(0, 2))
    run.kill()
    run.communicate()
    wait_for(lambda: not ray_workers())  # they end with their driver
    run = season.start(tmp_path, **where)
    wait_for(lambda: ray_workers() or run.poll() is not None)
    time.sleep(chance.uniform(0, 1))
    cluster.remove_node(min(cluster.worker_nodes, key=str), allow_graceful=False)
    said, problems = run.communicate(timeout=90)
    assert run.returncode == 0, problems
    assert f"{COUNT} of {COUNT} sittings" in said
    assert everything(tmp_path) == undisturbed
    done = lines(tmp_path, "done")
    assert len(done) == len(set(done))


def test_a_cluster_ends_what_is_stuck_and_what_is_stopped(
    season: Season, tmp_path: Path, cluster: Any
) -> None:
    where = {"engine": "ray", "ray_address": cluster.address, "sitting_limit_seconds": "2"}
    run = season.start(tmp_path, "--sitting", "S00", detector="stuck_detector", **where)
    _, problems = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "S00: not done: it was at work for longer than 2 s" in problems
    run = season.start(tmp_path, detector="stuck_detector", **where | {"sitting_limit_seconds": "60"})
    wait_for(ray_workers)
    run.send_signal(signal.SIGTERM)
    _, problems = run.communicate(timeout=30)
    assert run.returncode == 128 + signal.SIGTERM
    assert f"Stopped. 0 of {COUNT} sittings are done" in problems
    wait_for(lambda: not ray_workers())
    assert results(tmp_path) == {}
