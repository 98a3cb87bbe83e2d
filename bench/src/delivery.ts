/*
 * A hot avatar, 200s and 304s: the media service beside nginx (one worker process, sendfile) on the same file,
 * in turns of the same run, 64 connections. The load comes from this machine too, so requests a second are
 * bounded by who asks; CPU time per request is the server's own (Linux).
 *
 * Run: node bench/dist/delivery.js [seconds per turn, 3] [turns, 4]
 */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { uploads } from '@likeness/contracts/endpoints'
import { freePort, waitFor } from '@likeness/test-kit/processes'
import autocannon from 'autocannon'
import { describeMachine } from './machine.js'
import { makePhoto } from './make-photo.js'
import { logIn, openCalls, openStack, type Stack } from './stack.js'

const seconds = Number(process.argv[2] ?? 3)
const turns = Number(process.argv[3] ?? 4)
const connections = 64

type Target = { readonly url: string; readonly pid: number }
type Sum = { requests: number; seconds: number; cpuMs: number }

/** Publishes a photo and returns the path of its 128 px WebP, which is its place in the storage too. */
async function publish(stack: Stack): Promise<string> {
  const call = openCalls(stack.media, await logIn(stack, 'delivery'))
  const photo = new Blob([new Uint8Array(await makePhoto())], { type: 'image/jpeg' })
  const { id } = (await call(uploads.create, { body: photo })).body
  const { status, body } = await call(uploads.confirm, { params: { id }, headers: { prefer: 'wait=20' } })
  const url = body.avatar?.urls['128']?.webp
  if (url === undefined) throw new Error(`not published: ${status}`)
  return new URL(url).pathname
}

type Nginx = { readonly files: Target; readonly inFront: Target; stop(): Promise<void> }

/**
 * nginx over the storage's folder, and in front of media with the cache of `infra/docker/nginx.conf`; undefined
 * where there is none on PATH.
 */
async function startNginx(folder: string, media: string): Promise<Nginx | undefined> {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const [port, portInFront, own] = [await freePort(), await freePort(), join(folder, 'nginx')]
  await mkdir(own)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(
    join(own, 'nginx.conf'),
    `daemon off; master_process off; pid ${own}/pid; error_log stderr crit; ${process.getuid?.() === 0 ? 'user root;' : ''}
     events { worker_connections 1024; }
     http {
       access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; etag on;
       open_file_cache max=1000; open_file_cache_valid 60s;
       types { image/webp webp; }
       ${temporary.map((name) => `${name}_temp_path ${own}/${name};`).join(' ')}
       server { listen 127.0.0.1:${port}; location /v1/ { alias ${folder}/pictures/; } }
       proxy_cache_path ${own}/kept levels=1:2 keys_zone=pictures:10m max_size=1g inactive=10s use_temp_path=off;
       upstream media { server ${new URL(media).host}; keepalive 64; }
       server { listen 127.0.0.1:${portInFront}; location /v1/ {
         proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://media; proxy_cache pictures;
         proxy_cache_key $uri; proxy_ignore_headers Cache-Control Expires; proxy_cache_valid 200 10s;
         proxy_cache_lock on; proxy_cache_revalidate on; } }
     }`,
  )
  const child = spawn('nginx', ['-p', own, '-c', join(own, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  await waitFor(async () => (await fetch(url)).status === 404, { for: 'nginx' })
  const pid = child.pid ?? 0
  return {
    files: { url, pid },
    inFront: { url: `http://127.0.0.1:${portInFront}`, pid },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function load(target: Target, path: string, headers: Record<string, string>, sum: Sum, status: number) {
  const before = cpuMs(target.pid)
  const result = await autocannon({ url: `${target.url}${path}`, connections, duration: seconds, headers })
  const counted = result.statusCodeStats?.[`${status}`]?.count ?? 0
  if (counted !== result.requests.total)
    throw new Error(`${target.url}${path} did not always answer ${status}`)
  sum.requests += counted
  sum.seconds += result.duration
  sum.cpuMs += cpuMs(target.pid) - before
}

/** proc_pid_stat(5): user and system time, in hundredths of a second. */
function cpuMs(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const stack = await openStack('postgres')
if (!stack) throw new Error('no stack')
const nginx = await startNginx(stack.folder, stack.media)
try {
  const variant = await publish(stack)
  await stack.stopWorker()
  const media = { url: stack.media, pid: stack.mediaPid }
  const stable = `${variant.split('/').slice(0, 4).join('/')}?size=128`
  const accept = 'image/avif,image/webp,*/*;q=0.8'
  const etagOf = async (target: Target, path: string) => {
    const answer = await fetch(`${target.url}${path}`, { headers: { accept } })
    await answer.arrayBuffer()
    return answer.headers.get('etag') ?? ''
  }
  const rows = [
    { name: 'nginx', target: nginx?.files, path: variant },
    { name: 'media, immutable address', target: media, path: variant },
    { name: 'media, stable address', target: media, path: stable },
    { name: 'media behind nginx', target: nginx?.inFront, path: variant },
  ]
  console.log(`${describeMachine()} · ${connections} connections · ${turns} turns of ${seconds} s each`)
  if (!nginx) console.log('nginx is not on PATH: media alone')
  for (const status of [200, 304]) {
    const sums = rows.map((): Sum => ({ requests: 0, seconds: 0, cpuMs: 0 }))
    // The turn before the first warms up.
    for (let turn = -1; turn < turns; turn++) {
      for (const [index, { target, path }] of rows.entries()) {
        if (!target) continue
        const condition = status === 304 ? { 'if-none-match': await etagOf(target, path) } : {}
        const sum = turn < 0 ? { requests: 0, seconds: 0, cpuMs: 0 } : sums[index]
        if (sum) await load(target, path, { accept, ...condition }, sum, status)
      }
    }
    console.log(`${String(status).padEnd(28)}requests/s   ratio   CPU µs/request`)
    const perSecond = (sum: Sum | undefined) => (sum ? sum.requests / sum.seconds : Number.NaN)
    for (const [index, { name, target }] of rows.entries()) {
      const sum = sums[index]
      if (!target || !sum) continue
      const ratio = nginx ? (perSecond(sum) / perSecond(sums[0])).toFixed(2) : '–'
      console.log(
        `${name.padEnd(28)}${perSecond(sum).toFixed(0).padStart(10)}${ratio.padStart(8)}${((sum.cpuMs * 1000) / sum.requests).toFixed(1).padStart(17)}`,
      )
    }
  }
} finally {
  await nginx?.stop()
  await stack.close()
}
