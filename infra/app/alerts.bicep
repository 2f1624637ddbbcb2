// What watches the app from outside: its own alerts cannot tell that it has stopped.
param location string
param tags object
param groupName string
param componentId string
param email string
param silentHours int
param healthAddress string

// A stream that was read to its end writes this line, also where nothing was new. A file that was sent to us writes it
// too, without a call to a vendor: it comes when its sender likes, and says nothing of the timers.
var pulled = 'traces | where message startswith \'{"step": "commit"\' | extend facts = parse_json(message) | where tolong(facts.calls) > 0'
// The host writes this one, also where the app could not: it ran out of time or memory over the message.
var givenUp = 'message startswith \'Message has reached MaxDequeueCount\''
var rules = [
  {
    name: 'no-successful-pull'
    title: 'No successful pull for ${silentHours} hours'
    text: 'No stream of any workspace was read to its end. Do the timers still run? See no-successful-pull in docs/operate.md.'
    severity: 1
    query: pulled
    operator: 'LessThan'
    threshold: 1
    window: 'PT${silentHours}H'
    reach: null
  }
  {
    name: 'silent-connection'
    title: 'A connection has not been read for ${silentHours} hours'
    text: 'It was read before, and others may go on. See silent-connection in docs/operate.md.'
    severity: 2
    query: '${pulled} | summarize last = max(timestamp) by workspace = tostring(facts.workspace), connection = tostring(facts.connection) | where last < ago(${silentHours}h)'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT1H'
    reach: 'P2D'
  }
  {
    name: 'poison-message'
    title: 'A message went to a poison queue'
    text: 'Its work failed five times and is not tried again by itself. See poison-message in docs/operate.md.'
    severity: 2
    query: 'traces | where (message startswith \'{"step": "broke"\' and tobool(parse_json(message).is_last)) or ${givenUp}'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT1H'
    reach: null
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: groupName
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'Tieout'
    enabled: true
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for each in rules: {
  name: each.name
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: each.title
    description: each.text
    severity: each.severity
    enabled: true
    scopes: [
      componentId
    ]
    evaluationFrequency: 'PT15M'
    windowSize: each.window
    overrideQueryTimeRange: each.reach
    autoMitigate: true
    // Before the first line arrives there is nothing to check a query against.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: each.query
          timeAggregation: 'Count'
          operator: each.operator
          threshold: each.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        group.id
      ]
    }
  }
}]

resource visit 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'health'
  location: location
  // The portal shows a test under the component that this tag names.
  tags: union(tags, { 'hidden-link:${componentId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'health'
    Name: 'health'
    Description: 'The app answers, and reaches its store.'
    Enabled: true
    Kind: 'standard'
    Frequency: 900
    Timeout: 60
    RetryEnabled: true
    Locations: [
      {
        Id: 'emea-nl-ams-azr'
      }
      {
        Id: 'us-va-ash-azr'
      }
    ]
    Request: {
      RequestUrl: healthAddress
      HttpVerb: 'GET'
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 14
    }
  }
}

resource unanswered 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'app-down'
  location: 'global'
  tags: tags
  properties: {
    description: '/health does not answer 200 to either place. See app-down in docs/operate.md.'
    severity: 1
    enabled: true
    scopes: [
      visit.id
      componentId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT30M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: visit.id
      componentId: componentId
      failedLocationCount: 2
    }
    actions: [
      {
        actionGroupId: group.id
      }
    ]
  }
}
