// The Key Vault: the operator's key, and what workspaces refer to as `keyvault:NAME`.
param location string
param tags object
param name string
param workspaceId string

@secure()
@description('Empty, the key that is there stays.')
param operatorKey string

@description('Reached by a private endpoint only.')
param isPrivate bool

@description('Take back a deleted vault of this name.')
param isRecovered bool

var operatorKeyName = 'tieout-admin-key'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    createMode: isRecovered ? 'recover' : 'default'
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      // Azure Resource Manager, which writes the operator's key, is such a service.
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource key 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(operatorKey)) {
  parent: vault
  name: operatorKeyName
  properties: {
    value: operatorKey
    contentType: 'Key of the operator, who makes workspaces and their keys'
  }
}

// Who read which secret, and when.
resource reads 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

output id string = vault.id
output name string = vault.name
output address string = vault.properties.vaultUri
output operatorKeyReference string = '@Microsoft.KeyVault(VaultName=${vault.name};SecretName=${operatorKeyName})'
