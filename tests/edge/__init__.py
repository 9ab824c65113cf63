"""What stands in front of the application: the caches' and proxies' own configuration, run for real."""
