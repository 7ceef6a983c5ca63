#!/bin/sh
# All checks held: the new revision answers, and what stands around it follows.
set -eu
workspace="${WORKSPACE:-/workspace}"
[ "$UNTIL" = deploy ] || exit 0
gcloud run services update-traffic "$API" --region="$REGION" --to-revisions="$API-$(cat "$workspace/revision")=100"
gcloud run services replace "$workspace/drift.yaml" --region="$REGION"
gcloud run services replace "$workspace/frontend.yaml" --region="$REGION"
gcloud run jobs replace "$workspace/retraining.yaml" --region="$REGION"
