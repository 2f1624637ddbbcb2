# The operator's key is in the vault now: it need not lie on this machine any longer.
$ErrorActionPreference = 'Stop'

if ($env:TIEOUT_NEW_OPERATOR_KEY) {
    azd env set TIEOUT_NEW_OPERATOR_KEY ''
}
