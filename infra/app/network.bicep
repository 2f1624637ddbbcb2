// A virtual network for the app, and private endpoints by which it alone reaches storage and vault.
param location string
param tags object
param name string
param endpointName string
param storageId string
param vaultId string

var storageSuffix = environment().suffixes.storage
var services = [
  {
    name: 'blob'
    zone: 'privatelink.blob.${storageSuffix}'
    id: storageId
  }
  {
    name: 'queue'
    zone: 'privatelink.queue.${storageSuffix}'
    id: storageId
  }
  {
    name: 'table'
    zone: 'privatelink.table.${storageSuffix}'
    id: storageId
  }
  {
    name: 'vault'
    zone: 'privatelink.vaultcore.azure.net'
    id: vaultId
  }
]

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/24'
      ]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          // A /26 has room for some fifty instances, more than the default allows.
          addressPrefix: '10.0.0.0/26'
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.0.0.64/27'
        }
      }
    ]
  }
}

resource appSubnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = {
  parent: network
  name: 'app'
}

resource endpointSubnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = {
  parent: network
  name: 'endpoints'
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [for service in services: {
  name: service.zone
  location: 'global'
  tags: tags
}]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (service, at) in services: {
  parent: zone[at]
  name: 'to-${name}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: network.id
    }
  }
}]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = [for service in services: {
  name: '${endpointName}-${service.name}'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: endpointSubnet.id
    }
    privateLinkServiceConnections: [
      {
        name: service.name
        properties: {
          privateLinkServiceId: service.id
          groupIds: [
            service.name
          ]
        }
      }
    ]
  }
}]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [for (service, at) in services: {
  parent: endpoint[at]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: service.name
        properties: {
          privateDnsZoneId: zone[at].id
        }
      }
    ]
  }
}]

output appSubnetId string = appSubnet.id
