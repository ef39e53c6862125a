#!/bin/sh
# Measures with all GPU backends in a folder of `npx tsx bench/step.ts --pack FOLDER`; words go to each, such as `gpu_mlp --peak 67`.
cd "$(dirname "$0")" || exit
for backend in "webgpu" "onnx --device webgpu" "onnx --device cuda" "cuda"; do
  printf '\n== %s\n' "$backend"
  ./node measure.mjs --python python3 --backend $backend "$@" || echo "not measured: $backend"
done
