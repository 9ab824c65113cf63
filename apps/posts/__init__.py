"""What people say: posts, replies, reposts, likes and tags, and the HTML that they are read as.

What to remember: posts and reposts are rows of one table, because a feed merges both by author and id; an id is the
moment of publication, so ordering by id is ordering by time; a row is what its activities say in any order (see
``projectors``), and nobody writes one in another way; who may see a row is decided at reading, never by a query here.
"""
