// An issuer of somebody else's: oidc-provider, which gives out JWTs for one audience.
// Arguments: port, audience, secret.
import { createServer } from 'node:http'
import { generateKeyPairSync } from 'node:crypto'
import Provider from 'oidc-provider'

const [port, audience, secret] = process.argv.slice(2)
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] },
  scopes: ['data.read', 'data.approve'],
  clients: [{
    client_id: 'reports', client_secret: secret, grant_types: ['client_credentials'],
    redirect_uris: [], response_types: [],
  }],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        audience, scope: 'data.read data.approve', accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
})
createServer(provider.callback()).listen(Number(port), '127.0.0.1', () => console.log('listening'))
