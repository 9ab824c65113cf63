"""A module for each kind of server. Its functions take the site and return parts, and put addresses into its environment."""
