// The function app on Flex Consumption, and its settings.
param location string
param tags object
param name string
param planName string
param pythonVersion string
param instanceMemory int
param maximumInstances int
param alwaysReady int
param identityId string
param identityClientId string

@description('Address of the blob container that deployments put their packages in.')
param packages string

@description('Subnet that the app reaches out from; empty, it has none.')
param subnetId string

@secure()
@description('App settings besides those that follow from the identity. Among them may be secrets of vendors.')
param settings object

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Callers come from everywhere: people, Power Automate, shops. Each route says who may ask.
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packages
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReady > 0 ? [
          {
            name: 'http'
            instanceCount: alwaysReady
          }
        ] : []
        triggers: {
          http: {
            // Python is given one request at a time if nothing is said, an instance for each. Ours wait for
            // storage most of their time, so eight share one; more would wait for its single core.
            perInstanceConcurrency: 8
          }
        }
      }
    }
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(settings, {
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    // By this the app finds which identity it reads the vault with.
    AZURE_CLIENT_ID: identityClientId
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identityClientId}'
  })
}

// Deployments come by Microsoft Entra; there is no user name and password for them.
resource noPasswordForDeployments 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource noPasswordForFiles 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

output name string = app.name
output address string = 'https://${app.properties.defaultHostName}'
