"""Charts of reports: a description becomes an Altair chart, and that an SVG, offline.

Belongs here: how a bar, a stacked bar, a line and a histogram look. Not here: figures, words. Numbers and
days are texts of the reader's language before Altair sees them. Import it late: Altair and the converter take
half a second. Colours differ in lightness as well, so that
a chart can be read in grey; a value stands beside its bar.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert

from ingestion.messages import plain
from orchestration.layout import values
from orchestration.layout.content import Chart, ChartKind, Kind

# The font inside the converter's wheel, by which it measures texts alike on every machine; those that draw
# put their own in its place.
FONT = "Liberation Sans"
VEGA_LITE = "6.4"
WIDTH, HEIGHT, BAR_STEP, HISTOGRAM_HEIGHT = 560, 190, 19, 160
LINE_STEP = 16
# At the left there is room for a font that is a little wider than the one by which is measured.
PADDING = {"left": 16, "right": 4, "top": 4, "bottom": 4}
INK, GREY, LINE = "#1c2733", "#5b6772", "#d5dbe1"
COLOURS = ("#1f4e79", "#7fb2d9", "#d9a441", "#7a8b99", "#a34a3a", "#c8d3dc")
# Letters on a line of a label of a bar; a bar of two series is as high as two lines.
LABEL_LETTERS = 34
FEW_TICKS = 12


def svg(chart: Chart, language: str, font: str) -> str:
    """The chart as SVG with its texts in a font; the same chart gives the same text."""
    return _drawn(chart, language).replace(f'font-family="{FONT}"', f'font-family="{font}"')


@lru_cache(maxsize=64)
def _drawn(chart: Chart, language: str) -> str:
    return str(vl_convert.vegalite_to_svg(_spec(chart, language), vl_version=VEGA_LITE, allowed_base_urls=[]))


def _spec(chart: Chart, language: str) -> dict[str, Any]:
    drawn = {
        ChartKind.BAR: _bars,
        ChartKind.STACKED: _stacked,
        ChartKind.LINE: _lines,
        ChartKind.HISTOGRAM: _histogram,
    }[chart.kind](chart, language)
    fitting = alt.AutoSizeParams(type="fit-x", contains="padding")
    spec: dict[str, Any] = (
        drawn.configure(font=FONT, background="white", padding=PADDING, autosize=fitting)
        .configure_axis(
            labelColor=INK, titleColor=GREY, gridColor=LINE, domainColor=GREY, tickColor=GREY,
            labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelLimit=0,
        )
        .configure_view(stroke=None)
        .configure_legend(
            orient="top", title=None, labelColor=INK, labelFontSize=11, labelLimit=300,
            symbolType="stroke" if chart.kind is ChartKind.LINE else "square",
        )
        .to_dict()
    )  # fmt: skip
    return spec


def _rows(chart: Chart, language: str) -> list[dict[str, Any]]:
    """One row a category and series; `place` and `turn` keep their order."""
    return [
        {
            "place": place,
            "category": _category(category, language),
            "turn": turn,
            "series": plain(series.name),
            "value": None if value is None else float(value),
            "label": values.written(value, chart.value_kind, language),
        }
        for turn, series in enumerate(chart.series)
        for place, (category, value) in enumerate(zip(chart.categories, series.values, strict=True))
    ]


def _category(category: str | int | date, language: str) -> str:
    if isinstance(category, str):
        return "\n".join(textwrap.wrap(plain(category), LABEL_LETTERS))
    if isinstance(category, int):
        return values.whole(category, language)
    return values.day_of_season(category, language)


def _data(chart: Chart, language: str) -> Any:
    return alt.Data(values=_rows(chart, language))


def _order(chart: Chart, language: str) -> list[str]:
    return list(dict.fromkeys(_category(category, language) for category in chart.categories))


def _colours(chart: Chart) -> Any:
    names = [plain(series.name) for series in chart.series]
    scale = alt.Scale(domain=names, range=list(COLOURS[: len(names)]))
    return alt.Color("series:N", scale=scale, legend=alt.Legend() if len(names) > 1 else None)


def _value_axis(chart: Chart, language: str) -> Any:
    """Ticks written by the locale: Vega asks for a pattern, and gets the signs of the language."""
    pattern = ",.0%" if chart.value_kind is Kind.PERCENT else "~r" if _is_broken(chart) else ",d"
    step = {} if chart.value_kind is not Kind.WHOLE else {"tickMinStep": 1}
    signs = {"en": (".", ","), "ru": (",", "\u00a0"), "kk": (",", "\u00a0")}[language]
    expression = f"replace(replace(format(datum.value, '{pattern}'), /,/g, '{signs[1]}'), '.', '{signs[0]}')"
    return alt.Axis(labelExpr=expression, tickCount=5, title=plain(chart.value_label) or None, **step)


def _is_broken(chart: Chart) -> bool:
    numbers = [value for series in chart.series for value in series.values if isinstance(value, Decimal)]
    return any(value != value.to_integral_value() for value in numbers)


def _bars(chart: Chart, language: str) -> Any:
    """Lying bars, one below another for the series of a category, each with its value."""
    several = len(chart.series) > 1
    base = alt.Chart(_data(chart, language), width=WIDTH).encode(
        y=alt.Y(
            "category:N",
            sort=_order(chart, language),
            title=plain(chart.category_label) or None,
            axis=_bar_labels(),
        ),
        x=alt.X("value:Q", axis=_value_axis(chart, language), scale=alt.Scale(domainMin=0)),
        **({"yOffset": alt.YOffset("turn:O")} if several else {}),
    )
    lines = max((name.count("\n") + 1 for name in _order(chart, language)), default=1)
    step = max(BAR_STEP if not several else 15, LINE_STEP * lines // len(chart.series or (1,)))
    bars = base.mark_bar(height={"band": 0.8}).encode(color=_colours(chart))
    labels = base.mark_text(align="left", dx=3, fontSize=10, color=INK).encode(text="label:N")
    return (bars + labels).properties(height=alt.Step(step))


def _bar_labels() -> alt.Axis:
    """Labels of lying bars, over as many lines as they have."""
    return alt.Axis(ticks=False, domain=False, labelExpr="split(datum.label, '\\n')", labelLineHeight=12)


def _stacked(chart: Chart, language: str) -> Any:
    """Lying bars of parts of a whole, in the order of the series."""
    return (
        alt.Chart(_data(chart, language), width=WIDTH, height=alt.Step(BAR_STEP))
        .mark_bar(height={"band": 0.8})
        .encode(
            y=alt.Y(
                "category:N",
                sort=_order(chart, language),
                title=plain(chart.category_label) or None,
                axis=_bar_labels(),
            ),
            x=alt.X("value:Q", axis=_value_axis(chart, language), stack="zero"),
            color=_colours(chart),
            order=alt.Order("turn:O"),
        )
    )


def _lines(chart: Chart, language: str) -> Any:
    """A line for each series; of many categories only some are named at the axis."""
    return (
        alt.Chart(_data(chart, language), width=WIDTH, height=HEIGHT)
        .mark_line(strokeWidth=2, point=len(chart.categories) <= 2 * FEW_TICKS)
        .encode(
            x=_category_axis(chart, language),
            y=alt.Y("value:Q", axis=_value_axis(chart, language), scale=alt.Scale(domainMin=0)),
            color=_colours(chart),
        )
    )


def _histogram(chart: Chart, language: str) -> Any:
    """Standing bars without room between them, and a line where something is marked."""
    base = alt.Chart(_data(chart, language), width=WIDTH, height=HISTOGRAM_HEIGHT)
    bars = base.mark_bar(binSpacing=1).encode(
        x=_category_axis(chart, language),
        y=alt.Y("value:Q", axis=_value_axis(chart, language)),
        color=_colours(chart),
    )
    if chart.mark_at is None:
        return bars
    marked = alt.Data(
        values=[{"category": _category(chart.mark_at, language), "label": plain(chart.mark_label)}]
    )
    order = _order(chart, language)
    line = alt.Chart(marked).mark_rule(color=COLOURS[4], strokeWidth=2, strokeDash=[5, 3])
    words = alt.Chart(marked).mark_text(align="left", dx=5, dy=-6, y=0, color=COLOURS[4], fontSize=11)
    place = alt.X("category:N", sort=order)
    return bars + line.encode(x=place) + words.encode(x=place, text="label:N")


def _category_axis(chart: Chart, language: str) -> Any:
    order = _order(chart, language)
    return alt.X(
        "category:N",
        sort=order,
        title=plain(chart.category_label) or None,
        axis=alt.Axis(labelAngle=0, values=_some(order), labelOverlap=True, tickBand="center"),
    )


def _some(names: Sequence[str]) -> list[str]:
    """Every n-th name, so that at most a dozen stand side by side."""
    return list(names[:: -(-len(names) // FEW_TICKS)]) if names else []
