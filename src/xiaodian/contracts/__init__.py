"""What modules say to each other: ids, events, errors and the structs of each `api.py`. Plain data, one file a module.

Nothing here does I/O. Any module may import any contract, so that anyone can react to any event without a circle.
"""
