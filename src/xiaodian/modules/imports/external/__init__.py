"""Goods that are sold elsewhere: what became of them there, so that a creator's numbers are whole."""
