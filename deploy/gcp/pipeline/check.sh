#!/bin/sh
# Ask the revision without traffic: the tests of the API, and a short load test.
set -eu
workspace="${WORKSPACE:-/workspace}"
[ "$UNTIL" = deploy ] || exit 0
address=$(python -m deploy.gcp.revision address --present "$workspace/$API.json")
TEXTOPS_API_KEY=$(cut -d, -f1 "$workspace/.api-keys")
export TEXTOPS_API_KEY TEXTOPS_TEST_ADDRESS="$address"
python -m pytest -q -p no:cacheprovider tests/deployed/api_checks.py
python -m invoke loadtest --host "$address" --users 10 --seconds 30 --max-p95 500 --max-p99 1000
