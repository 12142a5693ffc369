"""Feed: what a viewer is shown next, videos and rooms on air, and why.

Owns the tables of the schema `feed`.
Always holds: everything in it follows from events and can be made anew from them.
"""
