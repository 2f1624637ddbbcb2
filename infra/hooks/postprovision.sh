#!/bin/sh
# The operator's key is in the vault now: it need not lie on this machine any longer.
set -eu

if [ -n "${TIEOUT_NEW_OPERATOR_KEY:-}" ]; then
  azd env set TIEOUT_NEW_OPERATOR_KEY ""
fi
