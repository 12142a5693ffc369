"""Risk: facts in, verdict out. Today it knows rate limits.

Owns the table `risk.bucket`. Emits no events.
Always holds: over all processes, no subject takes more than `burst` tokens at once, nor more than `burst` per
`period_s` after that.
Subjects are kept as hashes, so no name, phone number or address can be read from the table.
`Pace` is the same limit in the memory of one process, for the hottest paths; `SharedPace` holds over all processes and
asks the database for many tokens at a time.
Must never import another module.
"""
