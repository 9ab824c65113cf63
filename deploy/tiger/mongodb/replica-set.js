// Makes the replica set at the first time, and waits until it has a primary. With the defaults an election takes eleven
// seconds, with these settings two to three. Whoever is elected has all that a majority has, and need not hear from a node
// that stands still what it has besides. Each secondary copies from the primary: from another secondary that stands still it
// would get nothing for half a minute, and no write a majority.
try {
  rs.status();
} catch (error) {
  rs.initiate({
    _id: "rs0",
    members: [1, 2, 3].map((number) => ({_id: number, host: `mongod-${number}:27017`})),
    settings: {
      electionTimeoutMillis: 2000,
      heartbeatIntervalMillis: 500,
      catchUpTimeoutMillis: 500,
      chainingAllowed: false,
    },
  });
}
while (!db.hello().primary) {
  sleep(500);
}
