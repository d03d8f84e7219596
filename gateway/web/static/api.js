// The page that tries the service: puts a form together into a request and shows what came back.
'use strict'

const SHOWN = 20000

function address (form) {
  let path = form.dataset.path
  const query = []
  for (const field of form.querySelectorAll('[data-in]')) {
    const value = field.value.trim()
    const kind = field.dataset.in
    if (kind === 'path') path = path.replace(`{${field.name}}`, encodeURIComponent(value))
    else if (kind === 'query' && value) query.push(`${field.name}=${encodeURIComponent(value)}`)
    else if (kind === 'filters' && value) query.push(value.replaceAll('+', '%2B').replaceAll(' ', '%20'))
  }
  return location.origin + path + (query.length ? '?' + query.join('&') : '')
}

function request (form) {
  const token = document.getElementById('token').value.trim()
  const accept = form.querySelector('[data-in=accept]')
  const headers = { Accept: accept ? accept.value : '*/*' }
  if (token) headers.Authorization = `Bearer ${token}`
  const asked = { method: form.dataset.method, headers, credentials: 'omit' }
  if (form.dataset.body) {
    const fields = [...form.querySelectorAll('[data-in=body]')]
    const several = form.dataset.body.startsWith('multipart') ? new FormData() : new URLSearchParams()
    for (const field of fields) if (field.value) several.append(field.name, field.files ? field.files[0] : field.value)
    asked.body = several
  }
  return asked
}

const quoted = text => `'${text.replaceAll("'", "'\\''")}'`

function curl (form, url, asked) {
  const parts = ['curl', '-X', asked.method, '-H', quoted(`Accept: ${asked.headers.Accept}`)]
  if (asked.headers.Authorization) parts.push('-H', '"Authorization: Bearer $TOKEN"')
  const flag = form.dataset.body && form.dataset.body.startsWith('multipart') ? '-F' : '--data-urlencode'
  for (const field of form.querySelectorAll('[data-in=body]')) {
    if (field.value) parts.push(flag, quoted(`${field.name}=${field.files ? '@' + field.files[0].name : field.value}`))
  }
  return [...parts, quoted(url)].join(' ')
}

const READABLE = /json|xml|text\/|csv/

async function send (form) {
  const url = address(form)
  const asked = request(form)
  const shown = form.parentElement.querySelector('.answer')
  const put = (name, text) => { shown.querySelector('.' + name).textContent = text }
  shown.hidden = false
  put('address', url + '\n' + curl(form, url, asked))
  put('status', '…')
  put('body', '')
  try {
    const answer = await fetch(url, asked)
    const type = answer.headers.get('Content-Type') || ''
    const body = await answer.blob()
    put('status', `${answer.status} ${answer.statusText} · ${type} · ${body.size} B`)
    if (READABLE.test(type)) put('body', (await body.slice(0, SHOWN).text()) + (body.size > SHOWN ? ' …' : ''))
  } catch (error) {
    put('status', String(error))
  }
}

for (const form of document.forms) {
  form.addEventListener('submit', event => { event.preventDefault(); send(form) })
}
