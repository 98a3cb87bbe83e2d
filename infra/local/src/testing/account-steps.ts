import type { Upload } from '@likeness/contracts'
import { sessions, uploads } from '@likeness/contracts/endpoints'
import { openCalls, waitFor } from '@likeness/test-kit'
import type { CDPSession, Page } from 'playwright-core'
import sharp from 'sharp'
import { password } from './page-steps.js'

export type Elsewhere = Awaited<ReturnType<typeof elsewhere>>

/** Someone on another device, by the API. */
export async function elsewhere(url: string, login: string, secret = password) {
  const { status, body } = await openCalls(url).call(sessions.logIn, { body: { login, password: secret } })
  if (status !== 201) throw new Error(`log-in answered ${JSON.stringify(body)}`)
  return openCalls(url, { token: body.accessToken })
}

/** A picture of four fields, in reading order red, green, blue and yellow. */
export async function fields(width: number, height: number): Promise<Buffer> {
  const field = (background: string, left: number, top: number) => ({
    input: { create: { width: width / 2, height: height / 2, channels: 3 as const, background } },
    left,
    top,
  })
  return sharp({ create: { width, height, channels: 3, background: '#000' } })
    .composite([
      field('#dc1e1e', 0, 0),
      field('#1ea03c', width / 2, 0),
      field('#1e3cdc', 0, height / 2),
      field('#f0d21e', width / 2, height / 2),
    ])
    .jpeg({ quality: 95 })
    .toBuffer()
}

/** Sends a picture, and waits until it has a preview or is refused. */
export async function send({ send, call }: Elsewhere, name: string, bytes: Buffer): Promise<Upload> {
  const { status, body } = await send<Upload>('POST', `${uploads.create.path}?filename=${name}`, {
    body: bytes,
    headers: { 'content-type': 'image/jpeg' },
  })
  if (status !== 201) throw new Error(`upload answered ${JSON.stringify(body)}`)
  return waitFor(
    async () => {
      const now = (await call(uploads.read, { params: { id: body.id } })).body
      return (now.previewUrl !== null || now.status !== 'pending') && now
    },
    { for: `the preview of ${name}` },
  )
}

/** Sends a picture and makes it the avatar. */
export async function publish(person: Elsewhere, name: string, bytes: Buffer): Promise<Upload> {
  const { id } = await send(person, name, bytes)
  await person.call(uploads.confirm, { params: { id }, body: {} })
  return statusOf(person, id, 'published')
}

/** Waits until an upload has this status. */
export const statusOf = ({ call }: Elsewhere, id: string, status: Upload['status']): Promise<Upload> =>
  waitFor(
    async () => {
      const { body } = await call(uploads.read, { params: { id } })
      return body.status === status && body
    },
    { for: `upload ${id} to be ${status}` },
  )

/** How much the page has moved under its reader since it was opened (Cumulative Layout Shift). */
export async function layoutShift(page: Page): Promise<number> {
  return page.evaluate(`new Promise((done) => {
    let sum = 0
    const seen = new PerformanceObserver((list) => {
      for (const shift of list.getEntries()) if (!shift.hadRecentInput) sum += shift.value
    })
    seen.observe({ type: 'layout-shift', buffered: true })
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum))))
  })`)
}

type AXNode = {
  nodeId: string
  ignored: boolean
  role?: { value: string }
  name?: { value: string }
  description?: { value: string }
  value?: { value: string | number }
  backendDOMNodeId?: number
  childIds?: string[]
}

/**
 * What a screen reader says of the page, node by node in reading order: from the tree that Chromium itself hands to
 * screen readers, so no second reading of ARIA stands between.
 */
export async function transcript(cdp: CDPSession): Promise<string[]> {
  const { nodes } = (await cdp.send('Accessibility.getFullAXTree')) as unknown as { nodes: AXNode[] }
  const byId = new Map(nodes.map((node) => [node.nodeId, node]))
  const lines: string[] = []
  const read = async (node: AXNode): Promise<void> => {
    const role = node.role?.value ?? ''
    const name = node.name?.value ?? ''
    const value = role === 'slider' ? await valueText(cdp, node) : node.value?.value
    const said = [
      name,
      roleSaid(role),
      value === undefined || value === name ? '' : String(value),
      node.description?.value,
    ]
    if (!node.ignored && name !== '' && !silent.has(role)) lines.push(said.filter(Boolean).join(', '))
    // What a button or a heading is named by is not said twice.
    if (!named.has(role)) {
      for (const id of node.childIds ?? []) {
        const child = byId.get(id)
        if (child) await read(child)
      }
    }
  }
  if (nodes[0]) await read(nodes[0])
  return lines
}

/** What is said of a slider in place of its number, which is all that the tree tells here. */
async function valueText(cdp: CDPSession, { backendDOMNodeId: backendNodeId = 0 }: AXNode): Promise<string> {
  const { node } = await cdp.send('DOM.describeNode', { backendNodeId })
  const { attributes = [] } = node
  return attributes[attributes.indexOf('aria-valuetext') + 1] ?? ''
}

const roleSaid = (role: string) => (role === 'StaticText' ? '' : role)
const silent = new Set(['RootWebArea', 'InlineTextBox', 'generic', 'none', 'LabelText', 'Legend'])
const named = new Set([
  'button',
  'heading',
  'link',
  'slider',
  'textbox',
  'image',
  'StaticText',
  'LabelText',
  'Legend',
])
