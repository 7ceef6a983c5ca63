#!/bin/sh
# Write what is to be deployed, with the tag of this commit.
set -eu
workspace="${WORKSPACE:-/workspace}"
[ "$UNTIL" = deploy ] || exit 0
for part in api drift frontend retraining; do
  python -m deploy.gcp.revision "$part" --tag "$COMMIT" --name "$(cat "$workspace/revision")" \
    --present "$workspace/$API.json" --drift "$workspace/$DRIFT.json" --output "$workspace/$part.yaml"
done
