#!/bin/sh
# The SQLite twin of each PostgreSQL migration whose statements need no thought of their own.
set -eu
cd "$(dirname "$0")"
for f in postgres/*.sql; do
  sed -e 's/ COLLATE "C"//' -e 's/^\( *id  *\)BIGINT PRIMARY KEY/\1INTEGER PRIMARY KEY/' \
      -e 's/BYTEA/BLOB/; s/DOUBLE PRECISION/REAL/; s/BIGINT/INTEGER/; s/SMALLINT/INTEGER/' "$f" >"sqlite/${f#postgres/}"
done
