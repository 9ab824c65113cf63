#!/bin/sh
# Make a cluster of three masters and a replica of each from every six nodes that are in none yet: those of the prefix
# 10.0.0.1 are 10.0.0.11 to 10.0.0.16.
set -eu
for prefix in "$@"; do
  for number in 1 2 3 4 5 6; do
    until [ "$(redis-cli -h "$prefix$number" ping)" = PONG ]; do sleep 1; done
  done
  if redis-cli -h "${prefix}1" cluster info | grep -q '^cluster_known_nodes:1[^0-9]*$'; then
    redis-cli --cluster create "${prefix}1:6379" "${prefix}2:6379" "${prefix}3:6379" "${prefix}4:6379" "${prefix}5:6379" \
      "${prefix}6:6379" --cluster-replicas 1 --cluster-yes
  fi
  until redis-cli -h "${prefix}1" cluster info | grep -q '^cluster_state:ok'; do sleep 1; done
done
