#!/usr/bin/env bash
# What a flow of Power Automate does, with curl: signs in by a key, picks a workspace and a card, polls
# for what is new, takes the rows as CSV, and has itself called when a card alerts, and no longer.
#
#   TIEOUT=http://127.0.0.1:7071 TIEOUT_KEY=... docs/flow.sh [WORKSPACE] [CALLBACK_URL]
#
# Without a workspace it takes the first that the key opens. CALLBACK_URL is where a flow would be called:
# it must be https at logic.azure.com or powerplatform.com; the one that stands here calls nobody, for it
# is removed at once.
set -euo pipefail

base="${TIEOUT:?say where Tieout is, such as http://127.0.0.1:7071}"
: "${TIEOUT_KEY:?give a key}"
callback="${2:-https://prod-00.westeurope.logic.azure.com/workflows/none/run?sig=none}"
headers="$(mktemp)"
trap 'rm -f "$headers"' EXIT

# ask METHOD ADDRESS [CURL OPTIONS]: prints the body, keeps the headers, ends the script on a refusal.
# The key goes in on the standard input, so that no list of processes shows it.
ask() {
  local method="$1" address="$2"
  shift 2
  curl --silent --show-error --fail-with-body --dump-header "$headers" --request "$method" "$@" \
    --config - "$address" <<<"header = \"x-api-key: $TIEOUT_KEY\""
}

# header NAME: the value of a header of the last answer.
header() { tr -d '\r' <"$headers" | awk -v name="$1" 'BEGIN { FS = ": " } tolower($1) == name { print $2 }'; }

# first NAME: as field, of the first thing in a list.
first() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }

echo "The interface: $(curl --silent --show-error --fail "$base/swagger.json" | wc -c) bytes of OpenAPI"

workspace="${1:-}"
[ -n "$workspace" ] || workspace="$(ask GET "$base/api/v1/workspaces" | first id)"
echo "The workspace: $workspace"
at="$base/api/v1/workspaces/$workspace"

cards="$(ask GET "$at/cards" | grep -o '"card":"[^"]*"' | cut -d '"' -f 4 | sort -u)"
echo "The cards:" $cards

# A card that was not evaluated yet has no rows, and says so by 404.
for card in $cards; do
  if file="$(ask GET "$at/cards/$card/rows.csv" 2>/dev/null)"; then
    echo "The export of $card: $(wc -l <<<"$file") lines, as of $(header x-tieout-value-as-of)"
  fi
done

ask GET "$at/flows/alerts" >/dev/null
next="$(header location)"
echo "Polled; ask again after $(header retry-after) s"
news="$(ask GET "$next" | wc -c)"
echo "Polled again: $news bytes of news"

ask POST "$at/hooks" --header "Content-Type: application/json" \
  --data "{\"callback_url\": \"$callback\"}" >/dev/null
hook="$(header location)"
echo "A hook is there: ${hook##*/}"
ask DELETE "$hook"
echo "And removed."
