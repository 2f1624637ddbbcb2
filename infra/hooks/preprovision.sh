#!/bin/sh
# What is settled once for an environment and never again: the operator's key, and the month the budget begins in.
set -eu

# Once the vault is there, so is the key; a new one would lock out who has the old one. It goes by a name of its own:
# TIEOUT_ADMIN_KEY may be set on this machine for another deployment.
if [ -z "${AZURE_KEY_VAULT_NAME:-}" ] && [ -z "${TIEOUT_NEW_OPERATOR_KEY:-}" ]; then
  azd env set TIEOUT_NEW_OPERATOR_KEY "$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n')"
fi

# Azure refuses to move the beginning of a budget, and to begin a new one in a month that is over.
if [ -z "${TIEOUT_BUDGET_START:-}" ]; then
  azd env set TIEOUT_BUDGET_START "$(date -u +%Y-%m-01)"
fi
