// Gives a person a picture: LIKENESS_URL=… LIKENESS_KEY=… node set-picture.mjs SUBJECT FILE
import { readFile } from 'node:fs/promises'

const { LIKENESS_URL, LIKENESS_KEY } = process.env
const [, , subject, file] = process.argv

async function ask(method, path, body, headers = {}) {
  const authorization = `Bearer ${LIKENESS_KEY}`
  const answer = await fetch(`${LIKENESS_URL}${path}`, {
    method,
    body,
    headers: { ...headers, authorization },
  })
  const content = await answer.json()
  // Every refusal is application/problem+json, with a code that never changes.
  if (!answer.ok) throw new Error(`${content.code}: ${content.detail}`)
  return content
}

// Makes the person known, if they were never here.
const person = await ask('PUT', `/v1/people/shop/${encodeURIComponent(subject)}`)

// Step one: upload. The key makes a repeated request harmless.
const once = { 'idempotency-key': crypto.randomUUID() }
const form = new FormData()
form.set('image', new Blob([await readFile(file)]))
const { id } = await ask('POST', `/v1/uploads?userId=${person.id}`, form, once)

// Step two: confirm, and wait until it is live.
const { status, avatar } = await ask('POST', `/v1/uploads/${id}/confirm`, undefined, { prefer: 'wait=30' })
console.log(status, avatar.urls['256'].webp)
