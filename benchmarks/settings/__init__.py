"""The tiers' own settings, with a store of the benchmark's own and a view to compare with."""
