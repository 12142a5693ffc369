"""A rush of buyers, for the drill and the benchmarks: many connections, each as fast as it gets its answers.

It is a demanding client, not a clever one: plain HTTP/1.1 over keep-alive connections, requests made beforehand as
bytes, so that two cores have room left for what is measured.
"""
