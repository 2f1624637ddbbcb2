// App Service authentication: the platform signs people in, and the app takes its word (TIEOUT_PLATFORM_SIGN_IN).
param appName string
param tenant string
param audience string

// The app takes spaces and commas between them.
var audiences = split(replace(replace(audience, ', ', ' '), ',', ' '), ' ')

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource signIn 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      // Who comes with a key of a workspace is nobody to the platform: the app itself decides.
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: replace(audiences[0], 'api://', '')
          openIdIssuer: uri(environment().authentication.loginEndpoint, '${tenant}/v2.0')
        }
        validation: {
          allowedAudiences: audiences
        }
      }
    }
    login: {
      tokenStore: {
        enabled: true
      }
    }
  }
}
