# shellcheck shell=bash
# The simulated company's configuration with a scorecard of 40 measures: its own, and windows of several
# lengths over four usage metrics.

# The metrics and the measures over them; `direction` and anchors follow from the kind.
forty() { # metrics or measures
  local usage kind days more anchors what=$1
  for usage in runs rows sessions actions; do
    for kind in sum:7 sum:28 sum:84 active_days:28 change:28 self_baseline:14; do
      days=${kind#*:} kind=${kind%:*} more='' anchors='[{at: 0, score: 0}, {at: 28, score: 100}]'
      case $kind in
      self_baseline) more=', baseline_days: 56' anchors='[{at: 0, score: 0}, {at: 1, score: 100}]' ;;
      change) anchors='[{at: -1, score: 0}, {at: 0.2, score: 100}]' ;;
      sum) anchors='[{at: 0, score: 0}, {at: 10, score: 40}, {at: 1000, score: 100}]' ;;
      esac
      "forty_$what" "${usage}_${kind}_$days" up "kind: $kind, usage: $usage, days: $days$more" "$anchors"
    done
  done
  for days in 7 14 56 84; do
    "forty_$what" "failure_$days" down "kind: ratio, good: failed_runs, total: runs, days: $days" \
      '[{at: 0, score: 100}, {at: 0.15, score: 0}]'
  done
}
forty_metrics() {
  printf '  - {name: %s, label: %s, unit: x, direction: %s, sentence: "{value}", %s}\n' "w_$1" "$1" "$2" "$3"
}
forty_measures() {
  printf '      - {name: %s, label: %s, metric: w_%s, weight: 1, anchors: %s}\n' "$1" "$1" "$1" "$4"
}

# Write the configuration into a folder.
forty_write() { # source tree, folder
  mkdir -p "$2/scorecards"
  cp "$1"/examples/world/*.yaml "$2/"
  forty metrics >>"$2/metrics.yaml"
  {
    cat "$1/examples/world/scorecards/default.yaml"
    printf '  - name: windows\n    label: Windows\n    weight: 10\n    measures:\n'
    forty measures
  } >"$2/scorecards/default.yaml"
}
