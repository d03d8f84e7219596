// A machine of somebody else's asks the gateway for data: openid-client, then oauth4webapi.
// Standard input: {issuer, data, client, key}; standard output: what each of them was told.
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'

const asked = JSON.parse(await new Response(process.stdin).text())
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const key = await crypto.subtle.importKey('jwk', asked.key, algorithm, false, ['sign'])
const issuer = new URL(asked.issuer)
const found = {}

{
  const config = await client.discovery(
    issuer, asked.client, {}, client.PrivateKeyJwt({ key, kid: asked.key.kid }),
    { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
  )
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const bearer = await client.clientCredentialsGrant(config, { scope: 'data.read' })
  const bound = await client.clientCredentialsGrant(config, { scope: 'data.read' }, { DPoP })
  const ask = (token, options) => client.fetchProtectedResource(
    config, token, new URL(asked.data), 'GET', undefined, new Headers(), options,
  ).then((answer) => answer.status, (error) => error.status ?? error.cause?.[0]?.parameters?.error)
  found.openid_client = {
    bearer: bearer.token_type,
    bound: bound.token_type,
    read: await ask(bearer.access_token),
    read_bound: await ask(bound.access_token, { DPoP }),
    read_unproven: await ask(bound.access_token),
    active: (await client.tokenIntrospection(config, bound.access_token)).active,
  }
  await client.tokenRevocation(config, bound.access_token)
  found.openid_client.revoked = (await client.tokenIntrospection(config, bound.access_token)).active
}

{
  const insecure = { [oauth.allowInsecureRequests]: true }
  const answer = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
  const server = await oauth.processDiscoveryResponse(issuer, answer)
  const self = { client_id: asked.client }
  const auth = oauth.PrivateKeyJwt({ key, kid: asked.key.kid })
  const DPoP = oauth.DPoP(self, await oauth.generateKeyPair('Ed25519'))
  const details = JSON.stringify([{ type: 'sdmx_data', actions: ['read'] }])
  const given = await oauth.processClientCredentialsResponse(server, self,
    await oauth.clientCredentialsGrantRequest(server, self, auth,
      { resource: `${asked.issuer}/sdmx`, authorization_details: details },
      { DPoP, ...insecure }))
  const data = await oauth.protectedResourceRequest(given.access_token, 'GET',
    new URL(asked.data), undefined, undefined, { DPoP, ...insecure })
  const where = new URL(`${asked.issuer}/sdmx`)
  const metadata = await oauth.processResourceDiscoveryResponse(where,
    await oauth.resourceDiscoveryRequest(where, insecure))
  found.oauth4webapi = {
    type: given.token_type,
    details: given.authorization_details,
    read: data.status,
    servers: metadata.authorization_servers,
  }
}

console.log(JSON.stringify(found))
