/*
 * The least an upload and its confirmation can cost: a bare Fastify service with the same durability. It checks a
 * token that it remembers, reads one multipart file, hashes it, writes and syncs it and its folder, and inserts a
 * row with its event in one prepared statement. Confirming is one conditional transition with its event.
 */
import { createHash, randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import multipart from '@fastify/multipart'
import Fastify from 'fastify'
import pg from 'pg'
import { openTokens, type PublicKey } from './tokens.js'

export type UploadsOrder = { readonly folder: string; readonly databaseUrl: string; readonly key: PublicKey }

const { folder, databaseUrl, key } = JSON.parse(process.argv[2] ?? '') as UploadsOrder
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
await pool.query(`
  create table if not exists uploads (
    user_id uuid, id uuid primary key, status text, bytes bigint, sha256 text, version bigint,
    uploaded_at timestamptz default now(), confirmed_at timestamptz);
  create table if not exists upload_events (
    upload_id uuid, seq bigint generated always as identity, type text, actor_id uuid, ip inet,
    at timestamptz default now(), primary key (upload_id, seq));
  create sequence if not exists version`)

const insertText = `
  with made as (
    insert into uploads (user_id, id, status, bytes, sha256) values ($1, $2, 'pending', $3, $4) returning id
  )
  insert into upload_events (upload_id, type, actor_id, ip) select id, 'uploaded', $1, $5 from made`
const confirmText = `
  with changed as (
    update uploads set status = 'confirmed', confirmed_at = now(), version = nextval('version')
    where id = $1 and user_id = $2 and status = 'pending' returning id
  )
  insert into upload_events (upload_id, type, actor_id, ip) select id, 'confirmed', $2, $3 from changed`

const server = Fastify()
const verify = await openTokens(server, key)
await server.register(multipart, { limits: { fileSize: 10 * 1024 * 1024 } })

server.post('/v1/uploads', async (request, reply) => {
  const { sub } = await verify(request)
  const file = await request.file()
  if (!file) return reply.code(400).send()
  const hash = createHash('sha256')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of file.file as AsyncIterable<Buffer>) {
    hash.update(chunk)
    chunks.push(chunk)
    bytes += chunk.length
  }
  const id = randomUUID()
  await writeDurably(id, chunks)
  const values = [sub, id, bytes, hash.digest('hex'), request.ip]
  await pool.query({ name: 'insert', text: insertText, values })
  return reply.code(201).send({ id, userId: sub, status: 'pending' })
})

server.post<{ Params: { id: string } }>('/v1/uploads/:id/confirm', async (request, reply) => {
  const { sub } = await verify(request)
  const { id } = request.params
  const { rowCount } = await pool.query({ name: 'confirm', text: confirmText, values: [id, sub, request.ip] })
  if (rowCount !== 1) return reply.code(409).send()
  return reply.code(202).send({ id, userId: sub, status: 'confirmed' })
})

async function writeDurably(id: string, chunks: readonly Buffer[]): Promise<void> {
  const file = await open(join(folder, id), 'wx', 0o600)
  await file.writev(chunks)
  await file.sync()
  await file.close()
  const parent = await open(folder)
  await parent.sync()
  await parent.close()
}

process.send?.(await server.listen({ host: '127.0.0.1', port: 0 }))
process.once('disconnect', () => process.exit())
