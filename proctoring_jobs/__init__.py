"""How video becomes signals: recordings in, a `proctoring__signals` file per sitting out (Order §5.1, §6.2).

Belongs here: decoding, sampling, detection, and the arithmetic that turns detections into incidents. Does not
belong here: what an incident leads to. The model finds, a person judges (policy A28): reviews and decisions
land as feeds of `ingestion/`, their effect is computed in `dbt_project/`, their timing in `orchestration/`.

Layers, each importing only those before it: `signals`, `incidents` (pure) · `frames`, `detector`, `manifest`,
`output` (I/O) · `session` (runner of one sitting), `done` · `worker` (one sitting in any process) · `engines`
(which processes) · `runs`, `journal`, `plan` (many sittings) · `__main__` (command line). Importing this
package loads no decoder and no inference library.
"""
