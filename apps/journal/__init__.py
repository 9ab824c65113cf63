"""The journal is the truth: every change that a person makes is one immutable activity; accepting means it is here.

Everything else that is read is a projection of it. Remember: there is no total order and nothing may need one; the queue
makes projection fast, the done marks and the sweeper make it certain; only Delete empties and only Erase removes.
"""
