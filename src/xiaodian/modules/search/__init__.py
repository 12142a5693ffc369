"""Search: finds products, creators, videos and topics in Chinese and English, also when they are misspelt.

Owns the tables `search.document`, `word`. Emits nothing.
Always holds: a document is a copy of what its module says now, made anew whenever that module tells of a change, so
everything here can be rebuilt; what is shown of a hit is read from its module at the moment of the search, and what may
not be seen any more is left out. May import the doors of content, live, catalog, shops and accounts.
"""
