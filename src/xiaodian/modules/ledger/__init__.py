"""Ledger: double entry, append only.

Tables: ledger.transfer, entry, checkpoint, checkpoint_progress. Events: none.

Always holds: the entries of a transfer sum to zero, in one currency; a transfer is posted once, whoever posts it how
often; nothing is changed or deleted; a balance is the sum of an account's entries. Triggers stand behind all of it.
Checkpoints are sums kept of the beginnings of long accounts: they make balances fast and can be deleted at any time.

Never imports any module: accounts are names such as `escrow:<order>`, and what they mean is known above.
"""
