"""The door of settlement."""
