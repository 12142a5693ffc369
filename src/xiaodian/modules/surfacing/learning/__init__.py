"""Learning when the cards of short videos come up: pure.

`viewing.py` is what one viewer did and what it counts for, `candidates.py` which moments are tried, `learner.py` how
often each is shown, `bag_order.py` in which order a viewer sees the bag. No database, no clock, no chance.
"""
