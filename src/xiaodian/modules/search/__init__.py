"""Search: finds products, creators, videos and topics in Chinese and English, also when they are misspelt.

Owns the tables of the schema `search`.
Always holds: everything in it follows from events and can be made anew from them.
"""
