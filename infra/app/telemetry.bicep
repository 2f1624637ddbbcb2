// Where requests, log lines, spans and metrics go, and the workbook that shows them.
param location string
param tags object
param workspaceName string
param componentName string

@description('Days that telemetry is kept; the first 31 cost nothing.')
param days int = 31

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: days
    features: {
      // Who reads it comes by Microsoft Entra, never by the workspace's keys.
      disableLocalAuth: true
    }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // The connection string names the place and opens nothing: who sends comes by identity.
    DisableLocalAuth: true
  }
}

resource workbook 'Microsoft.Insights/workbooks@2022-04-01' = {
  name: guid(component.id, 'tieout')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Tieout'
    category: 'workbook'
    sourceId: component.id
    serializedData: loadTextContent('../workbook/workbook.json')
  }
}

output workspaceId string = workspace.id
output componentId string = component.id
output componentName string = component.name
output connectionString string = component.properties.ConnectionString
