#!/bin/sh
# Take out of an environment what nothing asks for while it runs: `sh slim.sh FOLDER [predicts]`.
# `predicts` takes more, and leaves what an answer needs: no hub to fetch vocabularies from, no tools for models. That it is
# enough is what `invoke images.check` shows.
set -eu
packages="$(echo "$1"/lib/python*/site-packages)"

# Tests, of the large ones by name: `tests` is a part of the code elsewhere (evidently.tests).
for package in numpy pandas pyarrow scipy sklearn statsmodels torch; do
  if [ -d "$packages/$package" ]; then
    find "$packages/$package" -type d -name tests -prune -exec rm -rf {} +
  fi
done
# What only compilers and editors read. The headers of PyTorch stay: it compiles with them.
find "$packages" -type f -not -path '*/torch/*' \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' \
  -o -name '*.c' -o -name '*.h' -o -name '*.hpp' -o -name '*.a' \) -delete
# Symbols for debuggers. Libraries in *.libs were edited by auditwheel, and cannot be loaded any more once they are stripped.
find "$packages" -type f -name '*.so' -not -path '*.libs/*' -not -path '*/torch/*' -not -path '*/pyarrow/*' \
  -exec strip --strip-unneeded {} +
# For programs in C; the Python module has all of it inside.
rm -f "$packages"/onnxruntime/capi/libonnxruntime.so.*

if [ "${2:-}" = predicts ]; then
  cd "$packages"
  rm -rf onnxruntime/backend onnxruntime/datasets onnxruntime/quantization onnxruntime/tools onnxruntime/transformers
  # What only the hub asks for, and what only tools for models do.
  rm -rf huggingface_hub* hf_xet* httpx2* httpcore2* filelock* tqdm* google/protobuf protobuf-*
  if [ ! -d gcsfs ]; then rm -rf fsspec*; fi
  rm -rf numpy/f2py numpy/testing numpy/_core/_simd*.so numpy/_core/*_tests*.so
  rm -rf alembic/testing sqlalchemy/testing sqlalchemy/dialects/mssql sqlalchemy/dialects/mysql sqlalchemy/dialects/oracle
  # Languages that nobody shows here; Python's stays for tracebacks.
  find pygments/lexers -type f ! -name __init__.py ! -name _mapping.py ! -name python.py -delete
fi
