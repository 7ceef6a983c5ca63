#!/bin/sh
# Deploy a revision that gets no traffic, under an address of its own.
set -eu
workspace="${WORKSPACE:-/workspace}"
[ "$UNTIL" = deploy ] || exit 0
gcloud run services replace "$workspace/api.yaml" --region="$REGION"
# For the tests; it goes with the machine of this build. A build that deploys nothing may not read it.
(umask 077; gcloud secrets versions access latest --secret="$API_KEYS" >"$workspace/.api-keys")
