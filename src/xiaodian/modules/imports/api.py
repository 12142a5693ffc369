"""The door of imports: bulk jobs for the modules above. What it is asked for is done with the rights of the caller.

Kinds of jobs that belong to other modules are written against edge.bulk and handed in by the composition root.
"""

from xiaodian.edge.bulk import JobKind
from xiaodian.modules.imports.external.import_orders import ExternalOrderImport
from xiaodian.modules.imports.external.list_noted import list_noted
from xiaodian.modules.imports.kinds import JobKinds
from xiaodian.modules.imports.products.export_products import ProductExport
from xiaodian.modules.imports.products.import_products import ProductImport
from xiaodian.modules.imports.rules import MAX_FILE_BYTES
from xiaodian.modules.imports.service.run_jobs import run_next_job
from xiaodian.modules.imports.service.show_jobs import (
    JobFile,
    attachment,
    get_job,
    list_job_rows,
    list_jobs,
    open_job_file,
)
from xiaodian.modules.imports.service.store_file import store_file
from xiaodian.modules.imports.service.submit_job import cancel_job, submit_job
from xiaodian.modules.imports.sources.import_source import SourceImport

OWN_KINDS: tuple[JobKind, ...] = (
    ProductImport(),
    ProductExport(),
    SourceImport(),
    ExternalOrderImport(),
)
"""The kinds of jobs that this module itself brings."""

__all__ = [
    "MAX_FILE_BYTES",
    "OWN_KINDS",
    "JobFile",
    "JobKinds",
    "attachment",
    "cancel_job",
    "get_job",
    "list_job_rows",
    "list_jobs",
    "list_noted",
    "open_job_file",
    "run_next_job",
    "store_file",
    "submit_job",
]
