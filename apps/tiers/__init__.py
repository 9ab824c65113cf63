"""The tier itself: is it well, what gives first, and a little society to fill it with.

Nothing here asks which tier it is: answers are read off the settings and the stores.
"""
