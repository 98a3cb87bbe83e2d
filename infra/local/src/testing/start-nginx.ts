import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, waitFor } from '@likeness/test-kit'
import type { Test } from 'tap'

// Debian keeps it where only an administrator's PATH leads.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }

/** The reason why tests with nginx are skipped, or false: `t.test('…', { skip: noNginx }, …)`. */
export const noNginx: string | false =
  spawnSync('nginx', ['-v'], { env }).error !== undefined && 'nginx is not on PATH'

/**
 * Runs nginx with the configuration of the containers, in front of services on this machine and with the built web
 * app. It is stopped with the test.
 *
 * @param services the base URL of each; without accounts, nginx is configured for media alone
 * @returns its own base URL
 */
export async function startNginx(t: Test, services: { accounts?: string; media: string }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-nginx-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  const webApp = fileURLToPath(new URL('../../../../packages/web/dist-app', import.meta.url))
  const port = await freePort()
  const name = services.accounts === undefined ? 'nginx.media.conf' : 'nginx.conf'
  const given = await readFile(new URL(`../../../docker/${name}`, import.meta.url), 'utf8')
  const own = given
    .replaceAll('/tmp/', `${folder}/`)
    .replace('/dev/stderr', 'stderr')
    .replace(/\broot [^;]+;/, `root ${webApp};`)
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    // Only containers, which come and go, need names resolved again; older releases cannot do it.
    .replace(/resolver .*;/, '')
    .replace(/server (accounts|media):8080 resolve;/g, (_, name: 'accounts' | 'media') => {
      return `server ${new URL(services[name] ?? '').host};`
    })
  const file = join(folder, 'nginx.conf')
  await writeFile(file, own)
  const nginx = spawn('nginx', ['-e', 'stderr', '-c', file, '-g', 'daemon off;'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  nginx.stderr.setEncoding('utf8').on('data', (some: string) => {
    said += some
  })
  const ended = new Promise<string>((resolve) => nginx.once('close', () => resolve('ended')))
  t.teardown(async () => {
    nginx.kill()
    await ended
  })
  const url = `http://127.0.0.1:${port}`
  const answers = async () => (await fetch(`${url}/healthz`)).ok && 'ready'
  if ((await Promise.race([waitFor(answers, { for: 'nginx' }), ended])) === 'ended') {
    throw new Error(`nginx ended: ${said}`)
  }
  return url
}
