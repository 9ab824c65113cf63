"""``make bench``: ours beside the floor, in one run. See README.md here for what the rows mean."""
