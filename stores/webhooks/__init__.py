"""Webhooks: facts of the outbox, delivered to endpoints signed, in order per member, at least once (OMN-05, API-03, ARC-16, ARC-17).

`rules` decides without database or network, `sender` speaks HTTP and nothing else, `services` owns the rows. docs/webhooks.md tells
receivers what they may rely on.
"""
