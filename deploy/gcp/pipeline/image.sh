#!/bin/sh
# Build one image, with what the last build of it left in the registry: image.sh NAME [FILE [ARGUMENTS]]
set -eu
: "${COMMIT:?is the tag of what is built: start the build by a trigger, or with --substitutions=COMMIT_SHA=...}"
name="$1"
file="${2:-$name}"
[ "$#" -lt 3 ] && extra="" || extra="--build-arg $3"
cache="$IMAGES/cache:$name"
kept=""
# A build that pushes nothing may not write there either.
[ "$UNTIL" = check ] || kept="--cache-to type=registry,ref=$cache,mode=max,image-manifest=true"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
# shellcheck disable=SC2086 # both are options or nothing
docker buildx build --builder textops --file "dockerfiles/$file.dockerfile" --build-arg "VERSION=$version" --build-arg "COMMIT=$COMMIT" $extra \
  --cache-from "type=registry,ref=$cache" $kept --load --tag "$IMAGES/$name:$COMMIT" .
