"""Xiaodian (小店): a self-hosted live-commerce platform.

`modules` holds the platform itself, one package a capability; `edge` the HTTP plumbing; `infra` the I/O;
`contracts` what modules say to each other; `kit` pure helpers. `app` wires them; `cli` starts them.
"""
