#!/bin/sh
# Push what was scanned: push.sh NAME...
set -eu
[ "$UNTIL" != check ] || { echo "a check pushes nothing"; exit 0; }
for name in "$@"; do
  docker push "$IMAGES/$name:$COMMIT"
done
