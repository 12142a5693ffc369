"""The door of aftersales: nothing is above it, so nobody comes through."""
