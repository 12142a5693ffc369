"""Imports: bulk jobs (a file in, a file out), products from files and other platforms, results of sales made elsewhere.

Tables: imports.file, job, job_row. Events: none.

Always holds: what a chunk of a job writes and how far the job has come are committed together, so a killed worker's
job goes on where the last committed chunk ended and does no row twice. A job is run by one worker at a time: whoever
holds its lease. Of one shop two jobs run at once. Files given out are private to the shop's staff.

Never imports orders, live, insights: kinds of jobs that belong to others are handed in by the composition root.
"""
