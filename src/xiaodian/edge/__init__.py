"""HTTP plumbing: problem details, callers and access, client address, language. Knows no module."""
