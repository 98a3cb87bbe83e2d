import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, waitFor } from '@likeness/test-kit/processes'
import { isInstalled } from '../measuring/machine.js'

export type Nginx = {
  readonly pid: number
  /** Serves the files below `files`, with the headers that nginx itself makes. */
  readonly onFiles: string
  /** Serves them with as many headers as the product sends. */
  readonly likewise: string
  /** Stands before media, with the cache of infra/docker/nginx.conf. */
  readonly inFront: string
  stop(): Promise<void>
}

const person = 'user-00000000-0000-7000-8000-000000000000'
/** The headers that the product sends with a picture and nginx does not add by itself. */
const headers = {
  'cache-control': 'public, max-age=31536000, immutable',
  'cache-tag': `${person},avatar-1`,
  'surrogate-key': `${person} avatar-1`,
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'content-disposition': 'inline',
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
}

/**
 * Runs nginx in one process.
 * @param folder of its own; `files` in it is served
 * @returns undefined where it is not on PATH
 */
export async function startNginx(folder: string, media: string): Promise<Nginx | undefined> {
  if (!isInstalled('nginx', '-v')) return undefined
  const [port, portLikewise, portInFront] = [await freePort(), await freePort(), await freePort()]
  await mkdir(join(folder, 'files'), { recursive: true })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const file = join(folder, 'nginx.conf')
  await writeFile(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
     ${process.getuid?.() === 0 ? 'user root;' : ''}
     events { worker_connections 1024; }
     http {
       access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; etag on;
       open_file_cache max=1000; open_file_cache_valid 60s;
       types { image/webp webp; }
       ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
       server { listen 127.0.0.1:${port}; root ${folder}/files; }
       server { listen 127.0.0.1:${portLikewise}; root ${folder}/files;
         ${Object.entries(headers)
           .map(([name, value]) => `add_header ${name} "${value}";`)
           .join(' ')} }
       proxy_cache_path ${folder}/kept levels=1:2 keys_zone=pictures:10m max_size=1g inactive=10s use_temp_path=off;
       upstream media { server ${new URL(media).host}; keepalive 64; }
       server { listen 127.0.0.1:${portInFront}; location /v1/ {
         proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
         proxy_pass http://media; proxy_buffering on; proxy_cache pictures; proxy_cache_key $uri;
         proxy_cache_bypass $http_authorization; proxy_no_cache $http_authorization;
         proxy_ignore_headers Cache-Control Expires; proxy_hide_header X-Request-Id; proxy_cache_valid 200 1s;
         proxy_cache_lock on; proxy_cache_revalidate on; sendfile off; } }
     }`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const endWithThis = () => child.kill()
  process.once('exit', endWithThis)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve())).finally(() =>
    process.off('exit', endWithThis),
  )
  const onFiles = `http://127.0.0.1:${port}`
  await waitFor(async () => (await fetch(`${onFiles}/nothing`)).status === 404, {
    for: 'nginx',
    timeoutMs: 60_000,
  })
  return {
    pid: child.pid ?? 0,
    onFiles,
    likewise: `http://127.0.0.1:${portLikewise}`,
    inFront: `http://127.0.0.1:${portInFront}`,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
