"""Each trap of the stock backend, twice: with our engine the test passes, with the stock one it must fail (see ``trap``)."""
