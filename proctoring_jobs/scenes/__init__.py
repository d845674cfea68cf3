"""Drawn webcam scenes: what the demo model learns from, and recordings whose incidents are known.

Belongs here: scenes as values, their drawing, scripts of what happens, recordings with sound. Does not
belong here: finding anything in them (`detector.py`, `incidents.py`), training (`training/`). Everybody in
them is invented and a cartoon.

Layers, each importing only those before it: `parts` (values) · `canvas` · `people`, `arms`, `phones`,
`lookalikes`, `things`, `rooms`, `optics` (pixels) · `render` (a scene becomes a picture with true boxes) ·
`looks`, `poses`, `chance` (scenes by chance) · `script` (scenes over time), `sound` · `recording` (files).
Importing this package loads nothing.
"""
