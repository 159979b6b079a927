#!/usr/bin/env bash
# Builds every fuzzer into $OUT with its seeds (NAME_seed_corpus.zip) and dictionary (NAME.dict), as OSS-Fuzz does it: there
# CXX, CXXFLAGS, LIB_FUZZING_ENGINE, WORK and OUT are given; `./run fuzz` leaves them to the values below.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/../.."

export CC=${CC:-clang} CXX=${CXX:-clang++}
export CXXFLAGS=${CXXFLAGS:--O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize=vptr -fno-sanitize-recover=all}
export LIB_FUZZING_ENGINE=${LIB_FUZZING_ENGINE:--fsanitize=fuzzer}
WORK=${WORK:-build/fuzz} OUT=${OUT:-build/fuzz/out}
mkdir -p "$WORK" "$OUT"

launcher=()
if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
# No flags of a build type, so that those of the environment stand alone; the tests need another engine.
cmake -S . -B "$WORK" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= -DCMAKE_UNITY_BUILD=ON \
  -DCMAKE_UNITY_BUILD_BATCH_SIZE=8 -DGRADUS_BUILD_TESTS=OFF -DGRADUS_BUILD_FUZZERS=ON -DGRADUS_WARNINGS_AS_ERRORS=OFF \
  "${launcher[@]}"
cmake --build "$WORK" --target gradus_fuzzers

python3 -B tests/fuzz/make_seeds.py "$WORK/seeds"
for program in "$WORK"/fuzzers/*; do
  name=$(basename "$program")
  cp "$program" "tests/fuzz/dictionaries/$name.dict" "$OUT/"
  rm -f "$OUT/${name}_seed_corpus.zip"
  python3 -m zipfile -c "$OUT/${name}_seed_corpus.zip" "$WORK/seeds/$name/"
done
