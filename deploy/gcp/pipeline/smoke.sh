#!/bin/sh
# Start the image of the API as Cloud Run does, and ask /health and /ready. Without a model it must start, and say that it is not ready.
set -eu
workspace="${WORKSPACE:-/workspace}"
image="$IMAGES/api:$COMMIT"
docker create --name smoke --network cloudbuild --read-only --tmpfs /tmp --volume /models --cap-drop ALL \
  --env PORT=8080 --env TEXTOPS_REGISTRY=/models --env TEXTOPS_DATABASE_URL=none "$image"
docker cp "$workspace/registry/." smoke:/models
docker start smoke
address="${ADDRESS:-http://smoke:8080}"
expected=200
[ -n "$(ls -A "$workspace/registry")" ] || expected=503
status() { wget -S -O /dev/null -T 2 "$address$1" 2>&1 | sed -n 's|.*HTTP/[0-9.]* \([0-9][0-9]*\).*|\1|p' | tail -n 1; }
attempt=0
until [ "$(status /health)" = 200 ] && [ "$(status /ready)" = "$expected" ]; do
  attempt=$((attempt + 1))
  if [ "$attempt" -ge "${ATTEMPTS:-30}" ]; then
    echo "$image: /health says $(status /health), /ready says $(status /ready) and not $expected" >&2
    docker logs smoke >&2
    exit 1
  fi
  sleep 1
done
echo "$image: healthy, and /ready says $expected as it should"
docker stop --time 10 smoke
code=$(docker inspect --format '{{.State.ExitCode}}' smoke)
[ "$code" = 0 ] || { echo "$image ended with $code on SIGTERM" >&2; exit 1; }
