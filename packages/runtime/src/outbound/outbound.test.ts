import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createSocketServer } from 'node:net'
import t, { type Test } from 'tap'
import { isPublicAddress } from './is-public.js'
import { outboundAllow } from './outbound-allow.js'
import { OutboundError, openOutboundGuard } from './outbound-guard.js'
import { sendOutbound } from './send-outbound.js'

const post = { method: 'POST', headers: {}, body: 'hello', timeoutMs: 15_000, mostBytes: 64 } as const

async function listen(
  t: Test,
  answer: RequestListener,
): Promise<{ port: number; connections: () => number }> {
  let connections = 0
  const server = createServer(answer).on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

const inward = [
  ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.1.2.3', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1'],
  ...['198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1'],
  ...['255.255.255.255', '::', '::1', '::7f00:1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
  ...['::ffff:8.8.8.8', '::ffff:0:127.0.0.1', '64:ff9b::127.0.0.1', '64:ff9b::8.8.8.8', '64:ff9b:1::1'],
  ...['100::1', '2001::1', '2001:10::1', '2001:20::1', '2001:db8::1', '2002:7f00:1::', '2002:808:808::1'],
  ...['3fff::1', '5f00::1', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1'],
  ...['2606:4700::1%eth0', '', 'localhost', '1.2.3', '08.8.8.8'],
]
const outward = ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1']
outward.push('192.0.1.1', '198.17.0.1', '223.255.255.255', '2001:200::1', '2606:4700:4700::1111', '2a00::1')

t.test('an address is public or not', async (t) => {
  for (const address of inward) t.equal(isPublicAddress(address), false, address)
  for (const address of outward) t.equal(isPublicAddress(address), true, address)
})

t.test('an address that points inward is refused in every form it can be written in', async (t) => {
  const { permits } = openOutboundGuard(undefined)
  const refused = [
    ...[
      'https://127.0.0.1/',
      'https://127.1/',
      'https://2130706433/',
      'https://0x7f000001/',
      'https://0177.0.0.1/',
    ],
    ...[
      'https://127.0.0.1./',
      'https://0/',
      'https://[::1]/',
      'https://[::]/',
      'https://[::ffff:127.0.0.1]/',
    ],
    ...['https://[::ffff:7f00:1]/', 'https://[0:0:0:0:0:ffff:a00:1]/', 'https://[64:ff9b::a00:1]/'],
    ...[
      'https://[fe80::1]/',
      'https://[fd00::1]/',
      'https://①②⑦.0.0.1/',
      'https://169.254.169.254/latest/meta-data',
    ],
    ...['http://example.org/', 'ftp://example.org/', 'file:///etc/passwd', 'https://me:secret@example.org/'],
    ...['https://me@example.org/', 'data:text/plain,hello', 'https://127%2e0.0.1/'],
  ]
  for (const address of refused) t.equal(permits(new URL(address)), false, address)
  for (const address of ['https://example.org/', 'https://8.8.8.8:8443/x', 'https://[2606:4700::1]/'])
    t.equal(permits(new URL(address)), true, address)
})

t.test('names that resolve inward are refused when they are connected to', async (t) => {
  const { port, connections } = await listen(t, (_, response) => response.end())
  const url = new URL(`https://hooks.example.org:${port}/`)
  const resolving = (...addresses: string[]) =>
    openOutboundGuard(undefined, (_, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    )
  for (const address of inward.slice(0, -5))
    await t.rejects(
      sendOutbound(resolving(address), url, post),
      new OutboundError('refused-address'),
      address,
    )
  // One of several, wherever it stands.
  await t.rejects(
    sendOutbound(resolving('8.8.8.8', '127.0.0.1'), url, post),
    new OutboundError('refused-address'),
  )
  await t.rejects(
    sendOutbound(resolving('127.0.0.1', '8.8.8.8'), url, post),
    new OutboundError('refused-address'),
  )
  await t.rejects(sendOutbound(resolving(), url, post), new OutboundError('unknown-host'))
  t.equal(connections(), 0)
})

t.test('a name that changes between check and use is connected to as it was checked', async (t) => {
  const { port } = await listen(t, (_, response) => response.end('here'))
  let asked = 0
  const guard = openOutboundGuard(outboundAllow.parse('hooks.example.org'), (_, done) => {
    asked += 1
    done(null, [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }])
  })
  const answer = await sendOutbound(guard, new URL(`http://hooks.example.org:${port}/`), post)
  t.equal(answer.body.toString(), 'here')
  t.equal(asked, 1, 'it is resolved once')
})

t.test('OUTBOUND_ALLOW opens hosts, addresses and ranges, also to http', async (t) => {
  const { permits } = openOutboundGuard(outboundAllow.parse('hooks.internal, 10.1.0.0/16,::1, 192.168.0.7'))
  for (const address of [
    'http://hooks.internal/',
    'https://HOOKS.internal./',
    'http://10.1.2.3/',
    'http://[::1]:8080/',
  ])
    t.equal(permits(new URL(address)), true, address)
  for (const address of [
    'http://10.2.0.1/',
    'https://192.168.0.8/',
    'http://sub.hooks.internal/',
    'https://[::2]/',
  ])
    t.equal(permits(new URL(address)), false, address)
  for (const wrong of [
    'http://x',
    '10.0.0.0/33',
    '::/129',
    '*.internal',
    '10.0.0',
    'a b',
    '1.2.3.4/8/8',
    ',',
  ])
    t.equal(outboundAllow.safeParse(wrong).success, false, wrong)
})

t.test('an answer is bounded, and no redirect is followed', async (t) => {
  const { port } = await listen(t, (request, response) => {
    if (request.url === '/away') return response.writeHead(302, { location: '/' }).end()
    if (request.url === '/hang') return undefined
    if (request.url === '/cut') {
      response.writeHead(200).write('some')
      return setImmediate(() => response.destroy())
    }
    return response.end(Buffer.alloc(10_000_000, 'x'))
  })
  const guard = openOutboundGuard(outboundAllow.parse('127.0.0.1'))
  const to = (path: string, timeoutMs = 15_000) =>
    sendOutbound(guard, new URL(path, `http://127.0.0.1:${port}`), { ...post, timeoutMs })
  t.match(await to('/'), { status: 200, body: Buffer.alloc(64, 'x') })
  t.match(await to('/away'), { status: 302 })
  t.match(await to('/cut'), { status: 200 })
  await t.rejects(to('/hang', 100), new OutboundError('timeout'))
  const silent = createSocketServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const other = (silent.address() as AddressInfo).port
  for (const [scheme, fault] of [
    ['http', 'unreachable'],
    ['https', 'unreachable'],
  ] as const)
    await t.rejects(
      sendOutbound(guard, new URL(`${scheme}://127.0.0.1:${other}`), post),
      new OutboundError(fault),
      scheme,
    )
  await t.rejects(
    sendOutbound(guard, new URL(`https://127.0.0.1:${port}`), post),
    new OutboundError('no-tls'),
  )
  silent.close()
  await t.rejects(sendOutbound(guard, new URL('http://10.0.0.1/'), post), OutboundError)
})
