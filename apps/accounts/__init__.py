"""Who: accounts and public profiles.

Credentials, e-mail addresses and sessions are ordinary rows (``User``). What others see of a person is projected from
activities (``Profile``), so replay makes it again. Remember: a name is never given out twice, not even after an erasure.
"""
