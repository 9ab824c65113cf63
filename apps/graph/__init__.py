"""Who follows, blocks and mutes whom.

One row per unordered pair of people holds both directions, so that an activity changes one row. Remember: the state is
computed by comparing registers (``folds``); nothing here says who may see what, ``Relations`` is what that is decided with.
"""
