#!/usr/bin/env bash
# The measurement behind docs/results/hm.md: five folds over users, four poolings, trained for the observed and for
# the held-out protocol. Stopped and started again, it goes on where it was.
#
#   benchmarks/hm_folds.sh HM_FOLDER ENCODER_FOLDER RUNS_FOLDER
#
# HM_FOLDER holds articles.parquet (or .csv), transactions.csv and images/ of the H&M data.
set -euo pipefail
hm=$1 weights=$2 runs=$3

if [ ! -e "$runs/dataset/dataset.json" ]; then
  visualtaste import hm --articles "$(ls "$hm"/articles.*)" --transactions "$hm/transactions.csv" \
    --images "$hm/images" -o "$runs/dataset"
fi
for fold in 0 1 2 3 4; do
  visualtaste fit-encoder "$runs/dataset" -o "$runs/fold$fold/encoder" --encoder "$weights" --preset small --fold $fold
  for protocol in observed held-out; do
    for pooling in average attention attention2 attention2_gating; do
      visualtaste fit-interests "$runs/dataset" --encoder "$runs/fold$fold/encoder" \
        --pooling $pooling --protocol $protocol -o "$runs/fold$fold/$pooling-$protocol"
    done
  done
done
visualtaste evaluate "$runs"/fold*/*-observed "$runs/dataset" --protocol observed -o "$runs/observed"
visualtaste evaluate "$runs"/fold*/*-held-out "$runs/dataset" --protocol held-out -o "$runs/held-out"
visualtaste evaluate "$runs"/fold*/*-held-out "$runs/dataset" --protocol new-interests -o "$runs/new-interests"
