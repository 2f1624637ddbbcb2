# The operator's key is in the vault now: it need not lie on this machine any longer.
$ErrorActionPreference = 'Stop'

if ($env:TIEOUT_NEW_OPERATOR_KEY) {
    # An empty argument of its own is lost before PowerShell 7.3.
    azd env set TIEOUT_NEW_OPERATOR_KEY=
}
