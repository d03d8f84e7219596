// The European Central Bank's client of SDMX-REST, as a browser's script uses it: reads data and codes.
import { createRequire } from 'node:module'
import { stdin } from 'node:process'
import { json } from 'node:stream/consumers'

const sdmx = createRequire(import.meta.url)('sdmx-rest')
const asked = await json(stdin)
const found = {}
for (const [name, { url, api, query, accept }] of Object.entries(asked.questions)) {
  const service = sdmx.getService({ url, api })
  const headers = { accept, authorization: `Bearer ${asked.token}` }
  const address = sdmx.getUrl(query, service)
  const body = await sdmx.request(query, service, { headers })
  found[name] = { address, body }
}
console.log(JSON.stringify(found))
