// A person's client, written twice: with openid-client and with oauth4webapi. In two steps, for a
// browser stands between them. Asked on standard input, told on standard output, as JSON.
import { text } from 'node:stream/consumers'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

const asked = JSON.parse(await text(process.stdin))
const issuer = new URL(asked.issuer)
const insecure = { [oauth.allowInsecureRequests]: true }

async function begin() {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const config = await openid.discovery(issuer, asked.client_id, undefined, openid.None(), {
    algorithm: 'oauth2', execute: [openid.allowInsecureRequests],
  })
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: asked.redirect_uri, scope: asked.scope, state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    authorization_details: JSON.stringify(asked.details),
  })
  return { begun: { url: url.href, verifier, state } }
}

async function withOpenid() {
  const config = await openid.discovery(issuer, asked.client_id, undefined, openid.None(), {
    algorithm: 'oauth2', execute: [openid.allowInsecureRequests],
  })
  const tokens = await openid.authorizationCodeGrant(config, new URL(asked.returned), {
    pkceCodeVerifier: asked.verifier, expectedState: asked.state,
  })
  const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token)
  await openid.tokenRevocation(config, fresh.refresh_token)
  return fresh
}

async function withOauth4webapi() {
  const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
  const server = await oauth.processDiscoveryResponse(issuer, found)
  const client = { client_id: asked.client_id }
  const back = oauth.validateAuthResponse(server, client, new URL(asked.returned), asked.state)
  const keys = await oauth.generateKeyPair('ES256')
  const DPoP = oauth.DPoP(client, keys)
  const answer = await oauth.authorizationCodeGrantRequest(
    server, client, oauth.None(), back, asked.redirect_uri, asked.verifier, { DPoP, ...insecure })
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer)
  const again = await oauth.refreshTokenGrantRequest(
    server, client, oauth.None(), tokens.refresh_token, { DPoP, ...insecure })
  return oauth.processRefreshTokenResponse(server, client, again)
}

async function told(work) {
  try {
    return await work()
  } catch (error) {
    return { error: error.error ?? error.code ?? error.message }
  }
}

const steps = { begin, openid: () => told(withOpenid), oauth4webapi: () => told(withOauth4webapi) }
const said = await steps[asked.step]()
console.log(JSON.stringify(asked.step === 'begin' ? said : { said }))
