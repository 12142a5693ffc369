"""Conditions on fans: what can be asked of them, as JSON, as CEL (https://cel.dev) and as SQL with parameters.

All is pure; `tree` is the middle, `cel` and `sql` read and write it. No value of a user ever becomes part of a
statement.
"""
