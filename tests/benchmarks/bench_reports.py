"""The report of one stage in three languages and three formats, against typst alone on the same words.

Run: `.venv/bin/python -m tests.benchmarks.bench_reports [HOME]`, for example the home of `rezerv demo`. Timed
are reading the release, making the content, and each format; the floor is typst setting the words of the same
reports in plain paragraphs, without tables, charts and measuring. The first of each pays imports and the
start of the chart converter, and is shown apart. Results are kept in docs/performance.md. Not a test.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typst

from orchestration.layout.content import Document
from orchestration.layout.pdf import typst_input
from orchestration.layout.rendering import FORMATS, render
from orchestration.releases import current_release
from orchestration.settings import load_settings
from orchestration.stage_reports.figures import open_figures
from orchestration.stage_reports.reports import stage_report

LANGUAGES = ("kk", "ru", "en")
STAGE = "text_test"
FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
PLAIN = b"#for words in json(bytes(sys.inputs.words)) { par(words) }"


def main() -> None:
    """Time the reports of a stage and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, nargs="?", default=Path("data"))
    settings = load_settings({"REZERV_HOME": str(parser.parse_args().home)})
    release = current_release(settings.releases_dir)
    if release is None:
        raise SystemExit("no release in this home: run `rezerv demo` first")
    reading, figures = timed(lambda: open_figures(settings, release, "kk"))
    write(f"reading the release {reading:6.2f} s")
    first, document = timed(lambda: stage_report(figures, STAGE))
    warming, _ = timed(lambda: [render(document, name) for name in FORMATS])
    write(f"the first content   {first:6.2f} s, the first three formats {warming:.2f} s (imports, converter)")
    making, documents = timed(lambda: [stage_report(figures.in_language(one), STAGE) for one in LANGUAGES])
    write(f"content             {making:6.2f} s for {len(LANGUAGES)} languages")
    total = making
    for name in FORMATS:
        seconds, files = timed(lambda name=name: [render(one, name) for one in documents])  # type: ignore[misc]
        total += seconds
        write(f"{name:20}{seconds:6.2f} s, {sum(map(len, files)) // len(files) / 1024:.0f} KiB a file")
    typst.compile(PLAIN, font_paths=FONTS, sys_inputs={"words": json.dumps(["."])})
    floor, _ = timed(lambda: [bare(document) for document in documents])
    write(f"bare typst          {floor:6.2f} s   ratio {total / floor:.1f}")


def bare(document: Document) -> bytes:
    """The words of a report as plain paragraphs."""
    words = list(strings(json.loads(typst_input(document))))
    inputs = {"words": json.dumps(words)}
    return bytes(typst.compile(PLAIN, font_paths=FONTS, format="pdf", sys_inputs=inputs))


def strings(value: Any) -> Iterator[str]:
    """Every text in a value of JSON but the drawings of charts."""
    if isinstance(value, str):
        if not value.startswith("<svg"):
            yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of a call, and what it gave."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def write(line: str) -> None:
    """One line of the result."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
