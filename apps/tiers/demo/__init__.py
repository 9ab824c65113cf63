"""A little society in a town by a river, the same at every start, or a graph of numbered people from a file."""
