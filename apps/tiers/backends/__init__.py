"""How to ask each kind of server how it is; ``settings.PROBES`` names one per scheme of an address.

A probe takes a ``Store``, connects with short time-outs of its own, and returns a ``Node`` per server that it finds
behind the address, dead ones included; if nothing answers it raises.
"""
