"""I/O: database, outbox, broker, storage, and in `embedded` the engines that we start ourselves."""
