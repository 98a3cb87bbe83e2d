import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { addressOf, prefixesOf } from '@likeness/contracts'
import { avatars, endpoints } from '@likeness/contracts/endpoints'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import t from 'tap'
import { parse } from 'yaml'
import { partNames } from './start/parts.js'
import { noNginx, startNginx } from './testing/start-nginx.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (path: string) => readFile(join(root, path), 'utf8')

interface Container {
  build?: { target: string; dockerfile: string }
  command?: string[]
  depends_on?: Record<string, { condition: string }>
  env_file?: { path: string; required: boolean }[]
  environment?: Record<string, string>
  healthcheck?: { disable?: boolean; test?: string[] }
  image?: string
  networks: string[]
  ports?: string[]
  read_only?: boolean
  user?: string
}

/** Both services, and media without accounts. */
const composed = await Promise.all(
  [
    { file: 'docker-compose.yml', example: 'infra/docker/example.env' },
    { file: 'docker-compose.media.yml', example: 'infra/docker/example.media.env' },
  ].map(async ({ file, example }) => {
    const text = await read(file)
    const compose = parse(text, { merge: true }) as { services: Record<string, Container> }
    return { file, example, text, compose, containers: Object.entries(compose.services) }
  }),
)
const dockerfile = await read('infra/docker/Dockerfile')
/** Each stage by its name, with the stage or image it is made from. */
const stages = new Map(
  dockerfile.split(/^FROM /m).flatMap((text) => {
    const [, from = '', name] = /^(\S+) AS (\S+)/.exec(text) ?? []
    return name === undefined ? [] : [[name, { from, text }]]
  }),
)

for (const { file, example: exampleFile, text, compose, containers } of composed) {
  t.test(file, async (t) => {
    const isAlone = file.includes('media')
    await t.test('it is what the Compose Specification allows', async (t) => {
      const dclint = dirname(fileURLToPath(import.meta.resolve('dclint/package.json')))
      const schema = JSON.parse(await readFile(join(dclint, 'schemas/compose.schema.json'), 'utf8'))
      // Ajv knows draft 7 by the http: URL of its schema.
      schema.$schema = 'http://json-schema.org/draft-07/schema'
      const ajv = new Ajv({ strict: false, allErrors: true })
      addFormats.default(ajv)
      const valid = ajv.validate(schema, compose)
      t.ok(valid, ajv.errorsText())
    })

    await t.test('the containers run what npm start runs', async (t) => {
      const run = containers.flatMap(([name, { command }]) => {
        const [node, file] = command ?? []
        return node === 'node' && !file?.includes('likeness') ? [[name, file]] : []
      })
      const services = partNames
        .filter((name) => name !== 'gateway' && (!isAlone || name.startsWith('media')))
        .map((name) => name.replace(' ', '-'))
      t.strictSame(
        Object.fromEntries(run),
        Object.fromEntries(services.map((name) => [name, `infra/bundle/dist/${name}.js`])),
      )

      for (const [name, { build, command = [] }] of containers.filter(([, { command }]) =>
        command?.[1]?.includes('likeness'),
      )) {
        t.equal(command[1], 'infra/bundle/dist/likeness.js', `${name} runs the command line`)
        t.match(await read(`packages/cli/src/commands/${command[2]}.ts`), `.command('${command[2]}')`, name)
        t.match(stages.get(build?.target ?? '')?.text, `LIKENESS_SERVICE=${build?.target}`, name)
      }
    })

    await t.test(
      'every build target is a stage of the Dockerfile, run by an ordinary user and checked',
      async (t) => {
        for (const [name, { build }] of containers.filter(([, { build }]) => build !== undefined)) {
          t.equal(build?.dockerfile, 'infra/docker/Dockerfile', name)
          let stage = stages.get(build?.target ?? '')
          t.ok(stage, `${name}: ${build?.target}`)
          let text = ''
          for (; stage !== undefined; stage = stages.get(stage.from)) text = `${stage.text}\n${text}`
          t.match(text, /^USER (?!root)\S+$/m, name)
          t.match(text, /^HEALTHCHECK /m, name)
        }
        for (const service of ['accounts', 'media'] as const) {
          t.match(stages.get(service)?.text, `CMD ["node", "infra/bundle/dist/${service}.js"]`)
        }
      },
    )

    await t.test(
      'no container runs as root, writes outside its volumes, or starts before what it needs',
      async (t) => {
        for (const [name, container] of containers) {
          t.equal(container.read_only, true, name)
          t.ok(container.build !== undefined || container.user !== undefined, `${name} names its user`)
          for (const [needed, { condition }] of Object.entries(container.depends_on ?? {})) {
            const other = compose.services[needed]
            const isCommand = other?.healthcheck?.disable === true
            t.equal(
              condition,
              isCommand ? 'service_completed_successfully' : 'service_healthy',
              `${name} → ${needed}`,
            )
          }
          t.equal(
            container.ports !== undefined,
            name === 'gateway',
            `${name}: the gateway alone is published`,
          )
        }
      },
    )

    await t.test(
      'every variable that compose reads is in the example, and has a default or is required',
      async (t) => {
        const example = await read(exampleFile)
        const given = new Map(
          [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value]) => [name, value]),
        )
        const used = [...text.matchAll(/\$\{([A-Z_]+)(:[-?])?/g)]
        for (const [, name = '', otherwise] of used) {
          if (name === 'LOG_LEVEL' || name === 'CORS_ORIGINS') continue
          t.ok(given.has(name), `${name} is in example.env`)
          t.equal(otherwise, given.get(name) === '' ? ':?' : ':-', name)
        }
        t.strictSame(
          [...given.keys()].filter((name) => !used.some((one) => one[1] === name)),
          [],
        )
      },
    )

    await t.test('every setting of a service can be read from a file of its own', (t) => {
      for (const [name, { build, env_file }] of containers) {
        const service = build?.target.startsWith('gateway') ? undefined : build?.target
        t.same(env_file, service && [{ path: `${service}.env`, required: false }], name)
      }
      t.end()
    })
  })
}

t.test('nginx passes on what the gateway of npm start passes on, and nothing else', async (t) => {
  const conf = await read('infra/docker/nginx.conf')
  const passed = [...conf.matchAll(/location (.+) \{ proxy_pass http:\/\/(\w+); \}/g)]
  const expected = Object.entries(endpoints).flatMap(([service, its]) =>
    prefixesOf(its).map((prefix) => [`~ ^${prefix.replaceAll('.', '\\.')}(/|$)`, service]),
  )
  t.strictSame(
    passed.map(([, location, service]) => [location, service]),
    expected,
  )
  const [found, immutable = ''] = /location ~ (\S+) \{\n\s+proxy_pass http:\/\/media;\n/.exec(conf) ?? []
  const userId = '01a1fec2-da39-77d9-9fc5-315e1594bc1b'
  const variant = addressOf(avatars.serveVariant, { params: { userId, version: 12, file: '128.webp' } })
  t.match(variant, new RegExp(immutable))
  t.notMatch(
    addressOf(avatars.serve, { params: { userId } }),
    new RegExp(immutable),
    'what changes is not cached',
  )
  t.ok(conf.indexOf(String(found)) < conf.indexOf(passed[0]?.[0] ?? ''), 'and is matched first')
  t.equal(conf.match(/proxy_pass/g)?.length, passed.length + 1, 'each proxy_pass was read')
  for (const service of Object.keys(endpoints)) t.match(conf, `server ${service}:8080 resolve;`)
})

t.test('the pages of nginx have the same policies as those of the gateway', async (t) => {
  const conf = await read('infra/docker/nginx.conf')
  const source = await read('infra/local/src/gateway/web-app.ts')
  for (const name of ['contentSecurityPolicy', 'referencePolicy']) {
    const list = new RegExp(`const ${name} = \\[(.*?)\\]`, 's').exec(source)?.[1] ?? ''
    const policy = [...list.matchAll(/"(.+)"/g)].map(([, directive]) => directive).join('; ')
    t.match(conf, `Content-Security-Policy "${policy}"`, name)
  }
  const permissions = /const permissionsPolicy = \[(.*?)\]\.join/s.exec(source)?.[1] ?? ''
  const policy = [...permissions.matchAll(/'(\S+=\S+)'/g)].map(([, feature]) => feature).join(', ')
  t.match(policy, /^camera=\(self\), microphone=\(\)/)
  t.equal(conf.split(`Permissions-Policy "${policy}"`).length, 3, 'for the page, and for the reference')
  const served = conf.split('add_header X-Content-Type-Options nosniff;').length
  const [, transport] = /'strict-transport-security': '(.+)'/.exec(source) ?? []
  t.equal(
    conf.split(`add_header Strict-Transport-Security "${transport}";`).length,
    served,
    'with every file',
  )
})

t.test('media without accounts has an origin that leads to media alone', { skip: noNginx }, async (t) => {
  t.match(stages.get('gateway-media')?.text, 'infra/docker/nginx.media.conf')
  const media = createServer((request, response) => response.end(`media has ${request.url}`))
  await new Promise<void>((resolve) => media.listen(0, '127.0.0.1', resolve))
  t.teardown(() => media.close())
  const { port } = media.address() as AddressInfo
  const url = await startNginx(t, { media: `http://127.0.0.1:${port}` })
  const ask = (path: string) => fetch(url + path, { redirect: 'manual' })
  t.equal(await (await ask('/v1/uploads?limit=1')).text(), 'media has /v1/uploads?limit=1')
  const refused = await ask('/v1/sessions')
  t.match([refused.status, refused.headers.get('content-type')], [404, 'application/problem+json'])
  t.match(await refused.json(), { status: 404, code: 'no-accounts' })
  t.match([(await ask('/')).status, (await ask('/')).headers.get('location')], [302, '/docs/'])
  for (const path of ['/index.html', '/assets/x.js', '/console', '/internal/x'])
    t.equal((await ask(path)).status, 404, path)
  t.equal((await ask('/favicon.svg')).status, 200)
})

t.test('what the containers say of the API is of the services that are there', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-docs-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await promisify(execFile)(process.execPath, [join(root, 'infra/bundle/dist/write-docs.js'), folder])
  for (const [name, hasSessions] of [
    ['openapi.json', true],
    ['openapi.media.json', false],
  ] as const) {
    const { paths } = JSON.parse(await readFile(join(folder, name), 'utf8')) as { paths: object }
    t.strictSame(['/v1/uploads' in paths, '/v1/sessions' in paths], [true, hasSessions], name)
  }
  t.match(
    await read('infra/docker/nginx.media.conf'),
    'location = /openapi.json { try_files /openapi.media.json =404; }',
  )
})
