"""Ledger: double entry, append only.

Tables: ledger.transfer, ledger.entry. Events: none.

Always holds: the entries of a transfer sum to zero, in one currency; a transfer is posted once, whoever posts it how
often; nothing is changed or deleted; a balance is the sum of an account's entries. Triggers stand behind all of it.

Never imports any module: accounts are names such as `escrow:<order>`, and what they mean is known above.
"""
