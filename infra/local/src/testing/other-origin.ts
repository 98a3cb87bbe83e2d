import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addressOf } from '@likeness/contracts'
import { sessions, uploads } from '@likeness/contracts/endpoints'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'

/** Serves an empty page, which stands for another product, until the test ends. @returns its port */
export async function serveEmptyPage(t: Test): Promise<number> {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>A product</title>'),
  ).listen(0)
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/**
 * Tries the API from a page of another origin. Returns the steps it completed, and why it stopped.
 * @param page shows a page of that origin
 * @param api the origin of the API
 */
export const flowFromElsewhere = (
  page: Page,
  { api, login, password, cookie }: { api: string; login: string; password: string; cookie: boolean },
): Promise<{ steps: string[]; fault?: string }> =>
  page.evaluate(`(async () => {
    const steps = []
    try {
      const opened = await fetch('${api}${addressOf(sessions.logIn, { query: cookie ? { cookie } : {} })}', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        credentials: '${cookie ? 'include' : 'omit'}',
        body: ${JSON.stringify(JSON.stringify({ login, password }))},
      })
      const { accessToken } = await opened.json()
      steps.push('log in ' + opened.status)
      const headers = { authorization: 'Bearer ' + accessToken }

      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 })
      canvas.getContext('2d').fillRect(8, 8, 32, 32)
      const body = await new Promise((resolve) => canvas.toBlob(resolve))
      const staged = await fetch('${api}${uploads.create.path}', { method: 'POST', headers: { ...headers, 'idempotency-key': String(Math.random()) }, body })
      const { id } = await staged.json()
      const of = (path) => '${api}' + path.replace(':id', id)
      steps.push('upload ' + staged.status, 'location ' + staged.headers.has('location'))

      const ticket = ${String(cookie)} ? undefined : await (await fetch(of('${uploads.issueTicket.path}'), { method: 'POST', headers })).json()
      const events = new EventSource(ticket ? ticket.url : of('${uploads.follow.path}'), { withCredentials: ${String(cookie)} })
      const event = (name) => new Promise((resolve, reject) => {
        events.addEventListener(name, ({ data }) => resolve(JSON.parse(data)))
        events.onerror = () => events.readyState === EventSource.CLOSED && reject(new Error('the events closed'))
      })
      const published = event('published')
      published.catch(() => undefined)
      const { previewUrl } = await event('preview')
      steps.push('event preview')

      const image = new Image()
      image.src = previewUrl
      await image.decode()
      steps.push('preview ' + image.naturalWidth + ' × ' + image.naturalHeight)

      const confirmed = await fetch(of('${uploads.confirm.path}'), { method: 'POST', headers })
      steps.push('confirm ' + confirmed.ok)
      const { avatar } = await published
      events.close()
      const picture = await fetch(avatar.urls['64'].webp)
      steps.push('avatar ' + picture.status)
      return { steps }
    } catch (error) {
      return { steps, fault: String(error) }
    }
  })()`)
