# What is settled once for an environment and never again: the operator's key, and the month the budget begins in.
$ErrorActionPreference = 'Stop'

# Once the vault is there, so is the key; a new one would lock out who has the old one. It goes by a name of its own:
# TIEOUT_ADMIN_KEY may be set on this machine for another deployment.
if (-not $env:AZURE_KEY_VAULT_NAME -and -not $env:TIEOUT_NEW_OPERATOR_KEY) {
    $bytes = [System.Security.Cryptography.RandomNumberGenerator]::GetBytes(32)
    azd env set TIEOUT_NEW_OPERATOR_KEY ([System.Convert]::ToHexString($bytes).ToLowerInvariant())
}

# Azure refuses to move the beginning of a budget, and to begin a new one in a month that is over.
if (-not $env:TIEOUT_BUDGET_START) {
    azd env set TIEOUT_BUDGET_START ([System.DateTime]::UtcNow.ToString('yyyy-MM-01'))
}
