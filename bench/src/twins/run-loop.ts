import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { familyCpuMs, type Watch } from '../measuring/processes.js'
import type { Turn } from '../measuring/turns.js'
import type { LoopOrder, LoopResult } from './careful-loop.js'

/** Runs the careful loop in some processes for a time. @param processes as many as the product has decoders */
export async function runLoop(processes: number, order: LoopOrder, watch: Watch): Promise<Turn> {
  const children = await Promise.all(Array.from({ length: processes }, startLoop))
  const pids = children.map(({ pid }) => pid ?? 0)
  const cpu = () => pids.reduce((sum, pid) => sum + familyCpuMs(pid), 0)
  const before = cpu()
  const memory = watch(pids)
  const results = await Promise.all(children.map((child) => orderOf(child, order)))
  const pictures = results.reduce((sum, one) => sum + one.pictures, 0)
  const turn = {
    rate: results.reduce((sum, one) => sum + one.pictures / one.seconds, 0),
    cpuMs: (cpu() - before) / pictures,
    memoryMiB: memory(),
  }
  await Promise.all(
    children.map((child) => {
      const ended = once(child, 'exit')
      child.kill()
      return ended
    }),
  )
  return turn
}

async function startLoop(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./careful-loop.js', import.meta.url)), [], {
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
    execArgv: [],
  })
  await once(child, 'message')
  return child
}

async function orderOf(child: ChildProcess, order: LoopOrder): Promise<LoopResult> {
  const answer = once(child, 'message')
  child.send(order)
  const [result] = (await answer) as [LoopResult]
  return result
}
