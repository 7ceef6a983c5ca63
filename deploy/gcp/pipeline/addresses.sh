#!/bin/sh
# Ask what answers now, and where: the next revision gets no traffic, and the present one keeps its.
set -eu
workspace="${WORKSPACE:-/workspace}"
[ "$UNTIL" = deploy ] || exit 0
# The same commit may be built twice. With the longest name of a service it is 63 characters, as many as Cloud Run takes.
echo "c$(echo "$COMMIT" | cut -c1-7)-$(echo "$BUILD" | cut -c1-4)" >"$workspace/revision"
for service in "$API" "$DRIFT"; do
  gcloud run services describe "$service" --region="$REGION" --format=json >"$workspace/$service.json"
done
