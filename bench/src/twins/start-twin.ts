import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Twin = { readonly url: string; readonly pid: number; stop(): Promise<void> }

/**
 * Runs a twin, a bare service that does the same work as the product and nothing else, in a process of its own.
 * @param order what it needs to know, as its own file says
 */
export async function startTwin(name: 'uploads' | 'accounts', order: object): Promise<Twin> {
  const child = fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), [JSON.stringify(order)], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(message as string))
    child.once('exit', (status) => reject(new Error(`the twin ${name} ended with ${status}`)))
  })
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
