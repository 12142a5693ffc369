"""Other platforms that products come from: one small protocol (source.py), a file for each platform."""
