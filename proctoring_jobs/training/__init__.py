"""Training of the demo model on drawn scenes: `python -m proctoring_jobs.training`.

Belongs here: drawing sets of pictures by seed, training, measuring, exporting, writing the model's card and
its entry in the registry. Does not belong here: the scenes (`scenes/`), using the model (`detector.py`),
any model for production.

What comes out knows drawn scenes and nothing else. No picture of a real person goes in.
"""
