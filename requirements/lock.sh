#!/bin/sh
# Resolve pyproject.toml into hashed lock files: test holds everything, base and demo are cut from it. No address of a registry is written.
set -eu
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 "$@"
}
compile --extra demo --extra test pyproject.toml -o requirements/test.txt
compile -c requirements/test.txt pyproject.toml -o requirements/base.txt
compile --extra demo -c requirements/test.txt pyproject.toml -o requirements/demo.txt
