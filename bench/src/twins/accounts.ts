/*
 * The least that reading the profile, refreshing and logging in can cost: a bare Fastify service on the same database.
 * It remembers tokens that it verified, hashes passwords with the parameters the product's hashes name, rotates a
 * refresh token in one prepared statement, and signs EdDSA tokens. `/argon2` does nothing but hash.
 */
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { verify as verifyHash } from '@node-rs/argon2'
import Fastify from 'fastify'
import pg from 'pg'
import { openTokens, type PublicKey } from './tokens.js'

export type AccountsOrder = { readonly databaseUrl: string; readonly key: PublicKey }

const { databaseUrl, key } = JSON.parse(process.argv[2] ?? '') as AccountsOrder
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
await pool.query(`
  create schema twin;
  create table twin.sessions (id uuid primary key, user_id uuid, token_hash bytea unique, last_used_at timestamptz);
  create table twin.activities (id uuid primary key, user_id uuid, type text, ip inet, at timestamptz default now())`)

const readText = 'select * from users join profiles on profiles.user_id = users.id where users.id = $1'
const findText = 'select id, username, password_hash from users where username_key = $1 or email_key = $1'
const openText = `
  with opened as (
    insert into twin.sessions (id, user_id, token_hash, last_used_at) values ($1, $2, $3, now()) returning user_id
  )
  insert into twin.activities (id, user_id, type, ip) select $4, user_id, 'login', $5 from opened`
const rotateText = `
  update twin.sessions set token_hash = $2, last_used_at = now() where token_hash = $1 returning user_id, id`

const server = Fastify()
const { privateKey } = generateKeyPairSync('ed25519')
const sign = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const verifyToken = await openTokens(server, key, sign)
const tokenOf = (userId: string, sessionId: string) =>
  server.jwt.sign({ sub: userId, sid: sessionId, role: 'user' })
const hashOf = (token: string) => createHash('sha256').update(token).digest()
const newToken = () => randomBytes(32).toString('base64url')

server.get('/v1/me', async (request) => {
  const { sub } = await verifyToken(request)
  const { rows } = await pool.query<object>({ name: 'read', text: readText, values: [sub] })
  return rows[0]
})

server.post<{ Body: { refreshToken: string } }>('/v1/sessions/refresh', async (request, reply) => {
  const next = newToken()
  const values = [hashOf(request.body.refreshToken), hashOf(next)]
  const { rows } = await pool.query<{ user_id: string; id: string }>({
    name: 'rotate',
    text: rotateText,
    values,
  })
  const [session] = rows
  if (!session) return reply.code(401).send()
  return { accessToken: tokenOf(session.user_id, session.id), refreshToken: next }
})

type LogIn = { readonly login: string; readonly password: string }
type User = { readonly id: string; readonly username: string; readonly password_hash: string }

async function findUser({ login }: LogIn): Promise<User | undefined> {
  return (await pool.query<User>({ name: 'find', text: findText, values: [login] })).rows[0]
}

server.post<{ Body: LogIn }>('/v1/sessions', async (request, reply) => {
  const user = await findUser(request.body)
  if (!user || !(await verifyHash(user.password_hash, request.body.password))) return reply.code(401).send()
  const [id, next] = [randomUUID(), newToken()]
  const values = [id, user.id, hashOf(next), randomUUID(), request.ip]
  await pool.query({ name: 'open', text: openText, values })
  return reply
    .code(201)
    .send({ accessToken: tokenOf(user.id, id), refreshToken: next, user: { id: user.id } })
})

const hashes = new Map<string, string>()
server.post<{ Body: LogIn }>('/argon2', async (request) => {
  const known = hashes.get(request.body.login) ?? (await findUser(request.body))?.password_hash ?? ''
  hashes.set(request.body.login, known)
  return { right: await verifyHash(known, request.body.password) }
})

process.send?.(await server.listen({ host: '127.0.0.1', port: 0 }))
process.once('disconnect', () => process.exit())
