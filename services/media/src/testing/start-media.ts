import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  accountsProblems,
  type RemoveAvatar,
  type Role,
  type SetAvatar,
  type TellDescription,
  type TellOwner,
} from '@likeness/contracts'
import { toAccounts } from '@likeness/contracts/endpoints'
import { type Decoder, openDecoder } from '@likeness/images'
import { parseConfig } from '@likeness/runtime/config'
import { newId } from '@likeness/runtime/ids'
import { problemsOf } from '@likeness/runtime/problem'
import { migrateQueue } from '@likeness/runtime/queue'
import { sendProblem } from '@likeness/runtime/send-problem'
import type { Server } from '@likeness/runtime/server'
import { isServiceToken } from '@likeness/runtime/service-token'
import { anyQueue, judgeAnswers, openCalls, rootOf, testDatabase, testQueueUrl } from '@likeness/test-kit'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { exportJWK, SignJWT } from 'jose'
import type { Test } from 'tap'
import { openApp } from '../app.js'
import { MediaConfig } from '../config.js'
import { migrations } from '../database/database.js'
import { type Deps, openDeps, openWorkerDeps, type WorkerDeps } from '../deps.js'
import { migrate } from '../index.js'
import { workJobs } from '../jobs.js'
import { onlyTask } from './only-task.js'

const serviceSecret = 'a secret of the media tests, 32+ characters'
const issuer = 'https://likeness.test'

const userNotFound = (request: FastifyRequest, reply: FastifyReply) =>
  sendProblem(problemsOf(accountsProblems)('user-not-found'), request, reply)

/** Stands in for accounts in the contracts that media has with it: signing keys, and avatars told. */
async function startAccountsPeer(t: Test) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const kid = 'test-key'
  const peer = {
    /** Every avatar told, in order. */
    told: [] as (SetAvatar & { userId: string })[],
    /** Every withdrawal told, in order. */
    removed: [] as (RemoveAvatar & { userId: string })[],
    /** Every change of a text told, in order. */
    described: [] as (TellDescription & { userId: string })[],
    /** Every notice of an operator's act told, in order. */
    notices: [] as (TellOwner & { userId: string })[],
    /** The status that `/internal/users/:id` and all calls of its `/avatar` and `/notices` answer; 204 means that all is well. */
    status: 204,
    /** Awaited before any such call is taken, to make something happen just then or to hold the call up forever. */
    beforeAvatar: async (): Promise<void> => undefined,
    /** The sessions that `GET /internal/ended-sessions` answers with. */
    ended: [] as string[],
    /** The users with an account: all made by `person`. */
    users: new Set<string>(),
    /** The initials of people and the hashes of their addresses, by id. */
    people: new Map<string, { initials: string; hashes: readonly string[] }>(),
    /** The user of each username. */
    usernames: new Map<string, string>(),
    /** How often it was asked about someone, and whether it answers. */
    asked: 0,
    away: false,
    privateKey,
    publicKey,
    kid,
    url: '',
  }
  const server = Fastify({ forceCloseConnections: true })
  server.get('/.well-known/jwks.json', async () => ({
    keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }],
  }))
  server.addHook('preHandler', async (request, reply) => {
    if (!/\/(?:avatar|notices)$/.test(request.routeOptions.url ?? '')) return
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    if (!(await isServiceToken([serviceSecret], token, 'accounts'))) return reply.code(401).send()
    await peer.beforeAvatar()
    if (peer.status === 404) return userNotFound(request, reply)
    if (peer.status !== 204) return reply.code(peer.status).send()
  })
  const avatar = toAccounts.setAvatar.path
  server.put<{ Params: { id: string }; Body: SetAvatar }>(avatar, async (request, reply) => {
    peer.told.push({ userId: request.params.id, ...request.body })
    return reply.code(204).send()
  })
  server.delete<{ Params: { id: string }; Body: RemoveAvatar }>(avatar, async (request, reply) => {
    peer.removed.push({ userId: request.params.id, ...request.body })
    return reply.code(204).send()
  })
  server.patch<{ Params: { id: string }; Body: TellDescription }>(avatar, async (request, reply) => {
    peer.described.push({ userId: request.params.id, ...request.body })
    return reply.code(204).send()
  })
  const notices = toAccounts.tellOwner.path
  server.post<{ Params: { id: string }; Body: TellOwner }>(notices, async (request, reply) => {
    peer.notices.push({ userId: request.params.id, ...request.body })
    return reply.code(204).send()
  })
  server.get(toAccounts.listEndedSessions.path, () => ({
    sessions: peer.ended,
    until: new Date().toISOString(),
  }))
  const answerAbout = (request: FastifyRequest, reply: FastifyReply, found: object | undefined) => {
    peer.asked += 1
    if (peer.away) return reply.code(503).send()
    return found ?? userNotFound(request, reply)
  }
  server.get<{ Params: { id: string } }>(toAccounts.findUser.path, (request, reply) => {
    if (peer.status !== 204) return reply.code(peer.status).send()
    if (!peer.users.has(request.params.id)) return userNotFound(request, reply)
    return reply.code(204).send()
  })
  server.get<{ Params: { id: string } }>(toAccounts.readInitials.path, (request, reply) => {
    const person = peer.people.get(request.params.id)
    return answerAbout(request, reply, person && { initials: person.initials })
  })
  server.get<{ Params: { hash: string } }>(toAccounts.findByEmailHash.path, (request, reply) => {
    const { hash } = request.params
    const userId = [...peer.people].find(([, { hashes }]) => hashes.includes(hash))?.[0]
    return answerAbout(request, reply, userId === undefined ? undefined : { userId })
  })
  server.get<{ Params: { username: string } }>(toAccounts.findByUsername.path, (request, reply) => {
    const userId = peer.usernames.get(request.params.username)
    return answerAbout(request, reply, userId === undefined ? undefined : { userId })
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => server.close())
  peer.url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  return peer
}

let decoder: Decoder | undefined

/** One for all workers of this process: its children take half a second to start. */
function sharedDecoder(t: Test): Decoder {
  if (decoder === undefined) {
    const opened = openDecoder({ children: 1 })
    rootOf(t).teardown(() => opened.close())
    decoder = { ...opened, close: async () => undefined }
  }
  return decoder
}

/** Claims and header of an access token, to forge one part of it. */
export type TokenParts = {
  key?: KeyObject | Uint8Array
  header?: Record<string, string>
  claims?: Record<string, unknown>
}

type ServeOptions = { config?: Record<string, string>; overrides?: (deps: Deps) => Partial<Deps> }
type Served = { app: Server; deps: Deps; url: string }

export type Media = Awaited<ReturnType<typeof startMedia>>

/**
 * The media API on a port of its own, with its own database, queue and storage folder. Call `work()` for the
 * worker beside it.
 */
export async function startMedia(
  t: Test,
  options: {
    /** Named where the test is about the queue. */
    queue?: 'postgres' | 'redis'
    /** Puts something between the service and its queue. */
    through?: (queueUrl: string) => Promise<string>
    config?: Record<string, string>
    overrides?: Partial<WorkerDeps>
  } = {},
) {
  judgeAnswers()
  const databaseUrl = await testDatabase(t, {
    name: 'media',
    migrate: async (url) => {
      await migrate(url)
      await migrateQueue(url)
    },
    fingerprint: Object.keys(migrations).join(),
  })
  const folder = await mkdtemp(join(tmpdir(), 'likeness-media-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const accounts = await startAccountsPeer(t)
  const queueUrl = await testQueueUrl(t, options.queue ?? anyQueue, databaseUrl)
  const env = {
    PORT: '0',
    LOG_LEVEL: 'fatal',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL: '4',
    QUEUE_URL: (await options.through?.(queueUrl)) ?? queueUrl,
    STORAGE_URL: pathToFileURL(folder).href,
    ACCOUNTS_URL: accounts.url,
    PUBLIC_URL: issuer,
    SERVICE_SECRET: serviceSecret,
    DECODERS: '1',
    // By the clock, others would run in the middle of a test now and then.
    UPKEEP_SCHEDULE: onlyTask('requeue-stuck', '*/15 * * * * *'),
    ...options.config,
  }
  const config = parseConfig(MediaConfig, env)

  /** Starts an HTTP process on this database, queue and storage. */
  async function serve(more: ServeOptions = {}): Promise<Served> {
    const opened = await openDeps(parseConfig(MediaConfig, { ...env, ...more.config }), options.overrides)
    const deps = { ...opened, ...more.overrides?.(opened) }
    const app = await openApp(deps)
    await app.listen({ host: '127.0.0.1', port: config.PORT })
    t.teardown(async () => {
      await app.close()
      await deps.close()
    })
    return { app, deps, url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` }
  }
  const { deps, url } = await serve()

  async function token(
    userId: string,
    role: Role = 'user',
    { key, header, claims }: TokenParts = {},
  ): Promise<string> {
    const seconds = Math.floor(Date.now() / 1000)
    return new SignJWT({
      iss: issuer,
      aud: 'likeness',
      sub: userId,
      sid: newId(),
      jti: newId(),
      role,
      iat: seconds,
      // Longer than any test takes, however slow the machine.
      exp: seconds + 3_600,
      ...claims,
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: accounts.kid, ...header })
      .sign(key ?? accounts.privateKey)
  }

  return {
    url,
    env,
    config,
    deps,
    accounts,
    folder,
    token,
    serve,
    /** A person who may call the API. */
    async person(role: Role = 'user') {
      const id = randomUUID()
      accounts.users.add(id)
      const accessToken = await token(id, role)
      return { id, authorization: `Bearer ${accessToken}`, ...openCalls(url, { token: accessToken }) }
    },
    /** Starts a worker on the same database, queue and storage. */
    async work(overrides: Partial<WorkerDeps> = {}): Promise<WorkerDeps> {
      const workerDeps = await openWorkerDeps(config, { decoder: sharedDecoder(t), ...overrides })
      t.teardown(() => workerDeps.close())
      await workJobs(workerDeps)
      return workerDeps
    },
    /** Dependencies of one upkeep run or job, closed with the test. */
    async upkeep(config_: Record<string, string> = {}): Promise<Deps> {
      const more = await openDeps(parseConfig(MediaConfig, { ...env, ...config_ }))
      t.teardown(() => more.close())
      return more
    },
  }
}
