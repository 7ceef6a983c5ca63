#!/bin/sh
# Look for known faults in one image: scan.sh NAME. Fails on critical ones, and on high ones that have been mended.
set -eu
workspace="${WORKSPACE:-/workspace}"
name="$1"
scan=$(gcloud artifacts docker images scan "$IMAGES/$name:$COMMIT" --format='value(response.scan)')
found="$workspace/$name.faults"
gcloud artifacts docker images list-vulnerabilities "$scan" \
  --format='value[separator=" "](vulnerability.effectiveSeverity,vulnerability.fixAvailable,vulnerability.shortDescription)' >"$found"
echo "$name: $(grep -c . "$found" || true) known faults"
if severe=$(grep -E '^(CRITICAL |HIGH True )' "$found"); then
  echo "$name is not pushed. Severe faults (severity, mended, name):" >&2
  echo "$severe" >&2
  exit 1
fi
