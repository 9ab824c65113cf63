"""The page about the tier itself: the architecture drawn, in words and as a table, from what ``apps.tiers`` saw.

All three say the same. Where something stands follows from the parts alone, so a cluster, or a part that is new, needs
no code here; ``words`` may know it by what it serves.
"""
