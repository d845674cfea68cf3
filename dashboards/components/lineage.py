"""What a table is made from and what reads it, as a graph in the language DOT.

Belongs here: a pure function from edges to DOT, which the browser draws without asking any other machine.
Does not belong here: the edges (dashboards/warehouse/quality.py), saying them in words (the view).
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.warehouse import Row

#: More than this many lines nobody can follow; the list in words has them all.
MOST_EDGES = 90
# Fill of a table by its schema; the schema stands in the name too.
_FILLS = {
    "raw": "#f3f6f9",
    "staging": "#eef2f5",
    "intermediate": "#e8edf2",
    "seeds": "#fff6dc",
    "core": "#e4f0e8",
    "selection": "#dceaf6",
    "reporting": "#efe6f4",
}
_INK, _LINE, _HERE = "#1c2733", "#51606e", "#1f5f8b"


def graph(table: str, edges: Sequence[Row]) -> str:
    """Return the graph of `edges` (parent, child) from left to right, `table` marked by a dark box."""
    names = sorted({edge[side] for edge in edges for side in ("parent", "child")} | {table})
    lines = [
        "digraph lineage {",
        '  rankdir=LR; nodesep=0.12; ranksep=0.6; bgcolor="transparent";',
        f'  node [shape=box style="filled,rounded" fontname="sans-serif" fontsize=11 color="{_LINE}"'
        f' fontcolor="{_INK}" margin="0.08,0.04" height=0.3];',
        f'  edge [color="{_LINE}" arrowsize=0.6];',
    ]
    lines += [f"  {_quoted(name)} [{_look(name, table)}];" for name in names]
    drawn = sorted({(edge["parent"], edge["child"]) for edge in edges})
    lines += [f"  {_quoted(parent)} -> {_quoted(child)};" for parent, child in drawn]
    return "\n".join([*lines, "}"])


def _look(name: str, table: str) -> str:
    schema, _, own = name.partition(".")
    label = f"{schema}\\n{own}" if own else schema
    if name == table:
        return f'label={_label(label)} fillcolor="{_HERE}" fontcolor="#ffffff" penwidth=2'
    return f'label={_label(label)} fillcolor="{_FILLS.get(schema, "#ffffff")}"'


def _label(text: str) -> str:
    escaped = text.replace('"', '\\"')
    return f'"{escaped}"'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
