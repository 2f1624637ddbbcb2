// Azure Communication Services, for merchants who send alerts by email and have no mailbox for it.
param tags object
param name string
param emailName string
param dataLocation string
param vaultName string

resource emails 'Microsoft.Communication/emailServices@2023-04-01' = {
  name: emailName
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
  }
}

resource domain 'Microsoft.Communication/emailServices/domains@2023-04-01' = {
  parent: emails
  name: 'AzureManagedDomain'
  location: 'global'
  tags: tags
  properties: {
    domainManagement: 'AzureManaged'
    userEngagementTracking: 'Disabled'
  }
}

resource communication 'Microsoft.Communication/communicationServices@2023-04-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
    linkedDomains: [
      domain.id
    ]
  }
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

// The app signs its emails with this key, which a workspace refers to as `keyvault:email-access-key`.
resource key 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'email-access-key'
  properties: {
    value: communication.listKeys().primaryKey
    contentType: 'The access key of Communication Services'
  }
}

output endpoint string = 'https://${communication.properties.hostName}'
output sender string = 'DoNotReply@${domain.properties.mailFromSenderDomain}'
