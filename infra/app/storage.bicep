// The storage account: the store's tables, the queues between the functions, the host's leases, and the deployed packages.
param location string
param tags object
param name string

@description('Of how many copies in which places, such as Standard_ZRS.')
param redundancy string

@description('Reached by private endpoints only.')
param isPrivate bool

@description('What is deleted or overwritten in a blob can be had back for so many days. Tables and queues have no such thing.')
param daysToRegret int = 14

// The app makes what is missing; made here, a first request need not wait, and nothing appears that nobody declared.
var tables = [
  'alerts'
  'audit'
  'badrecords'
  'checkpoints'
  'decisions'
  'erasures'
  'exceptions'
  'hooks'
  'keys'
  'readings'
  'receipts'
  'rows'
  'segments'
  'sessions'
  'sweeps'
  'workspaces'
]
var queues = [
  'erase'
  'evaluate'
  'fold'
  'notify'
  'pull'
]

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      // What tidies up old versions of blobs is such a service; each still needs a role.
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: {
      enabled: true
      days: daysToRegret
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: daysToRegret
    }
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobs
  name: 'packages'
  properties: {
    publicAccess: 'None'
  }
}

// Each tick of a timer writes a blob anew, and versioning keeps each: without this they would only ever become more.
resource tidying 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'drop-old-versions'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
              ]
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: daysToRegret
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [
    blobs
  ]
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for each in queues: {
  parent: queueService
  name: each
}]

resource poison 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for each in queues: {
  parent: queueService
  name: '${each}-poison'
}]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01' = [for each in tables: {
  parent: tableService
  name: each
}]

output id string = account.id
output name string = account.name
output packages string = '${account.properties.primaryEndpoints.blob}${packages.name}'
