"""The command `xiaodian`: one file a subcommand."""
