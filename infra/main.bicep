// Everything that Tieout needs in one resource group. `azd up` deploys it; docs/deploy.md says how, README.md what and why.
targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the azd environment. With subscription and region it decides the names of all resources.')
param environmentName string

@minLength(1)
@description('Region of all resources. It must offer Flex Consumption.')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Object id of who deploys. A person gets access to tables, queues and secrets; empty, nobody does.')
param principalId string = ''

@description('What the principal is; azd fills it in. Only a person (User) is given access.')
param principalType string = 'User'

@minLength(3)
@description('Address that alerts and the budget write to.')
param alertEmail string

@secure()
@description('The operator\'s key, kept in the Key Vault. Empty, what is there stays.')
param operatorKey string = ''

@description('Python that the app runs on; one of those that the tests run on.')
@allowed([
  '3.11'
  '3.12'
  '3.13'
])
param pythonVersion string = '3.12'

@description('MB of memory of an instance. Evaluating a million orders takes 1,300 of them; two such workspaces at once need 4096.')
@allowed([
  512
  2048
  4096
])
param instanceMemory int = 2048

@minValue(40)
@maxValue(1000)
@description('Most instances at once, of all functions together. 40 is the lowest that every region accepts.')
param maximumInstances int = 40

@minValue(0)
@description('HTTP instances that are always there, and always paid for. 0: the first request after a rest waits a few seconds.')
param alwaysReady int = 0

@description('How many copies storage keeps. LRS: three in one building. ZRS: in three. GRS: six, in two regions.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
])
param redundancy string = 'Standard_LRS'

@description('Close storage and vault to the internet: a virtual network, and private endpoints in it.')
param privateNetwork bool = false

@description('Where Communication Services keeps the emails it sends, such as Europe or United States. Empty: no such resource.')
param emailFrom string = ''

@description('Hours without a successful pull after which an alert is raised.')
@allowed([
  2
  3
  4
  5
  6
])
param silentHours int = 6

@minValue(0)
@description('What a month may cost before the budget writes, in the currency of the subscription. 0: no budget.')
param budget int = 50

@description('First of the month that the budget began in, such as 2026-11-01. It can never change. Empty: no budget.')
param budgetStart string = ''

@description('Take back the Key Vault of the same name that was deleted less than 90 days ago.')
param recoverVault bool = false

@description('Id of the Microsoft Entra tenant whose people and apps may ask; see docs/http.md.')
param entraTenant string = ''

@description('What their tokens are for: the client id of this app\'s registration, its api:// address, or both.')
param entraAudience string = ''

@description('Client ids of the apps by which they may ask. Empty: every app of the tenant.')
param entraClients string = ''

@description('Which app roles and groups have which roles in which workspaces: the access list of docs/http.md.')
param entraAccess array = []

@description('Let App Service authentication sign people in, beside keys and tokens. Needs tenant and audience.')
param platformSignIn bool = false

@description('Hosts besides those of Power Automate at which flows may be called, with commas between.')
param callbackHosts string = ''

@secure()
@description('Further app settings, such as {"TIEOUT_SCHEDULE_SHOPIFY": "0 */5 * * * *"}.')
param appSettings object = {}

var abbreviations = loadJsonContent('./abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var functionAppName = '${abbreviations.functionApp}${token}'
var person = principalType == 'User' ? principalId : ''

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: '${abbreviations.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

module telemetry 'app/telemetry.bicep' = {
  name: 'telemetry'
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: '${abbreviations.logAnalyticsWorkspace}${token}'
    componentName: '${abbreviations.applicationInsights}${token}'
  }
}

module storage 'app/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${abbreviations.storageAccount}${token}'
    redundancy: redundancy
    isPrivate: privateNetwork
  }
}

module vault 'app/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${abbreviations.keyVault}${token}'
    workspaceId: telemetry.outputs.workspaceId
    operatorKey: operatorKey
    isPrivate: privateNetwork
    isRecovered: recoverVault
  }
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${abbreviations.managedIdentity}${token}'
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    componentName: telemetry.outputs.componentName
    person: person
  }
}

module network 'app/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${abbreviations.virtualNetwork}${token}'
    endpointName: '${abbreviations.privateEndpoint}${token}'
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module email 'app/email.bicep' = if (!empty(emailFrom)) {
  name: 'email'
  scope: group
  params: {
    tags: tags
    name: '${abbreviations.communicationServices}${token}'
    emailName: '${abbreviations.emailServices}${token}'
    dataLocation: emailFrom
    vaultName: vault.outputs.name
  }
}

module app 'app/function.bicep' = {
  name: 'app'
  scope: group
  params: {
    location: location
    tags: tags
    name: functionAppName
    planName: '${abbreviations.appServicePlan}${token}'
    pythonVersion: pythonVersion
    instanceMemory: instanceMemory
    maximumInstances: maximumInstances
    alwaysReady: alwaysReady
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    packages: storage.outputs.packages
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    settings: union(appSettings, {
      AzureWebJobsStorage__accountName: storage.outputs.name
      TIEOUT_ADMIN_KEY: vault.outputs.operatorKeyReference
      TIEOUT_KEY_VAULT: vault.outputs.address
      TIEOUT_CALLBACK_HOSTS: callbackHosts
      TIEOUT_ENTRA_TENANT: entraTenant
      TIEOUT_ENTRA_AUDIENCE: entraAudience
      TIEOUT_ENTRA_CLIENTS: entraClients
      TIEOUT_ENTRA_ACCESS: empty(entraAccess) ? '' : string(entraAccess)
      TIEOUT_PLATFORM_SIGN_IN: platformSignIn ? 'true' : 'false'
      APPLICATIONINSIGHTS_CONNECTION_STRING: telemetry.outputs.connectionString
    })
  }
}

module signIn 'app/sign_in.bicep' = if (platformSignIn && !empty(entraTenant) && !empty(entraAudience)) {
  name: 'signIn'
  scope: group
  params: {
    appName: app.outputs.name
    tenant: entraTenant
    audience: entraAudience
  }
}

module alerts 'app/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    groupName: '${abbreviations.actionGroup}${token}'
    componentId: telemetry.outputs.componentId
    email: alertEmail
    silentHours: silentHours
    healthAddress: '${app.outputs.address}/health'
  }
}

module spending 'app/budget.bicep' = if (budget > 0 && !empty(budgetStart)) {
  name: 'budget'
  scope: group
  params: {
    amount: budget
    start: budgetStart
    email: alertEmail
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = app.outputs.name
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output TIEOUT_URL string = app.outputs.address
output TIEOUT_EMAIL_ENDPOINT string = empty(emailFrom) ? '' : email!.outputs.endpoint
output TIEOUT_EMAIL_SENDER string = empty(emailFrom) ? '' : email!.outputs.sender
