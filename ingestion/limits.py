"""How much one file may ask of the machine.

Belongs here: the bounds that keep memory and time in hand whatever a file holds, each with its reason. Not
here: bounds that mean something (contracts), or what happens when one is passed (readers, ``door.py``).
"""

from __future__ import annotations

# Text is read and judged in blocks of this many bytes: some tens of thousands of rows.
BLOCK_BYTES = 8 * 2**20

# One record. The longest that a contract knows is a solution of 500 words, about 8 KB.
MAX_RECORD_BYTES = 2**20

# One text value, as Excel bounds a cell.
MAX_TEXT_CHARACTERS = 32_767

# What is kept of a row that cannot be split into columns.
MAX_KEPT_TEXT = 4_096

# Rows of a file that cannot be split into columns; with more of them it is no table.
MAX_BROKEN_ROWS = 500_000

# Columns of a file; the widest contract has 24.
MAX_COLUMNS = 1_000

# A packed text file, unpacked: 10 million answers are 0.5 GB.
MAX_UNPACKED_BYTES = 8 * 2**30

# A workbook, unpacked. It has to be held in memory whole; 100,000 rows of 20 columns are about 100 MB.
MAX_WORKBOOK_BYTES = 256 * 2**20
MAX_WORKBOOK_PARTS = 1_000
MAX_WORKBOOK_CELLS = 10_000_000
MAX_WORKBOOK_TEXT = 512 * 2**20

# Rows above the header of a workbook in which titles may stand.
MAX_TITLE_ROWS = 20

# Memory of the table in which a file is judged; what does not fit goes to disk, encrypted.
STAGE_MEMORY = "1GB"
