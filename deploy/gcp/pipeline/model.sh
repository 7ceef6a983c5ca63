#!/bin/sh
# Bring the registered models, for the smoke test; before the first training there are none.
set -eu
workspace="${WORKSPACE:-/workspace}"
mkdir -p "$workspace/registry"
if gcloud storage ls "$MODELS/" >/dev/null 2>&1; then
  gcloud storage rsync "$MODELS" "$workspace/registry" --recursive
elif [ "$UNTIL" = deploy ]; then
  echo "$MODELS holds no model: train one (invoke gcp.train), or build without deploying (_UNTIL=push)" >&2
  exit 1
fi
