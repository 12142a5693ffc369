"""The door of aftersales."""
