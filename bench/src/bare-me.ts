import { createPublicKey } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import pg from 'pg'

/*
 * The least GET /v1/me can cost: a bare Fastify route that verifies the same token and does the same query.
 */
const { databaseUrl, jwk } = workerData as { databaseUrl: string; jwk: Record<string, string> }
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
const server = Fastify()
const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' }).toString()
await server.register(jwt, { secret: { public: pem }, verify: { algorithms: ['EdDSA'] } })
server.get('/', async (request) => {
  const { sub } = await request.jwtVerify<{ sub: string }>()
  const { rows } = await pool.query<object>(
    'select * from users join profiles on profiles.user_id = users.id where users.id = $1',
    [sub],
  )
  return rows[0]
})
parentPort?.postMessage(await server.listen({ host: '127.0.0.1', port: 0 }))
