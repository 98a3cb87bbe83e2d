import { createHash, randomUUID } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import jwt from '@fastify/jwt'
import multipart from '@fastify/multipart'
import Fastify from 'fastify'
import pg from 'pg'

/*
 * The least an upload can cost: a bare Fastify service with the same durability. It checks a token, reads one
 * multipart file, hashes it, writes and syncs it, and inserts a row. Nothing else of the product.
 */
const { folder, databaseUrl, secret } = workerData as { folder: string; databaseUrl: string; secret: string }
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
await pool.query(
  'create table if not exists sink (id uuid primary key, bytes bigint, sha256 text, at timestamptz default now())',
)

const server = Fastify()
await server.register(jwt, { secret })
await server.register(multipart, { limits: { fileSize: 10 * 1024 * 1024 } })
server.post('/', async (request, reply) => {
  await request.jwtVerify()
  const file = await request.file()
  if (!file) return reply.code(400).send()
  const hash = createHash('sha256')
  const chunks: Buffer[] = []
  for await (const chunk of file.file as AsyncIterable<Buffer>) {
    hash.update(chunk)
    chunks.push(chunk)
  }
  const id = randomUUID()
  const handle = await open(join(folder, `${id}.part`), 'wx')
  await handle.writev(chunks)
  await handle.sync()
  await handle.close()
  await rename(join(folder, `${id}.part`), join(folder, id))
  const parent = await open(folder)
  await parent.sync()
  await parent.close()
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  await pool.query('insert into sink (id, bytes, sha256) values ($1, $2, $3)', [
    id,
    bytes,
    hash.digest('hex'),
  ])
  return reply.code(201).send({ id })
})
const address = await server.listen({ host: '127.0.0.1', port: 0 })
parentPort?.postMessage({ address, token: server.jwt.sign({ sub: randomUUID() }) })
