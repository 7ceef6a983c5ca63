#!/bin/sh
# Build one image, with what the last build of it left in the registry: image.sh NAME [EXTRAS [TORCH_BACKEND]]
set -eu
: "${COMMIT:?is the tag of what is built: start the build by a trigger, or with --substitutions=COMMIT_SHA=...}"
name="$1" extras="${2:-}" backend="${3:-}"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
set -- --build-arg "VERSION=$version" --build-arg "COMMIT=$COMMIT"
[ -z "$extras" ] || set -- "$@" --build-arg "EXTRAS=$extras"
[ -z "$backend" ] || set -- "$@" --build-arg "TORCH_BACKEND=$backend"
cache="type=registry,ref=$IMAGES/cache:$name"
set -- "$@" --cache-from "$cache"
# A build that pushes nothing may not write there either.
[ "$UNTIL" = check ] || set -- "$@" --cache-to "$cache,mode=max,image-manifest=true"
docker buildx build --builder textops --file "dockerfiles/${name%-cuda}.dockerfile" "$@" --load --tag "$IMAGES/$name:$COMMIT" .
