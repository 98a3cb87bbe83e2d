import { ask, type Load, type Plan } from './load.js'
import { familyCpuMs, ownCpuMs } from './processes.js'
import type { Turn } from './turns.js'

/** Whose CPU time a turn counts. */
export type Payers = { readonly pids: readonly number[]; readonly postgresPid?: number }

/** @returns a function that gives the CPU time since then, ms */
export function watchCpu({ pids, postgresPid }: Payers): () => { own: number; postgres: number } {
  const look = () => ({
    own: pids.reduce((sum, pid) => sum + ownCpuMs(pid), 0),
    postgres: postgresPid === undefined ? 0 : familyCpuMs(postgresPid),
  })
  const before = look()
  return () => {
    const now = look()
    return { own: now.own - before.own, postgres: now.postgres - before.postgres }
  }
}

/** Carries out a plan and counts what it cost, for each unit. @param unitsOf what is counted; requests unless given */
export async function askTurn(
  plan: Plan,
  payers: Payers,
  unitsOf: (load: Load) => number = ({ requests }) => requests,
): Promise<Turn> {
  const cpu = watchCpu(payers)
  const load = await ask(plan)
  const spent = cpu()
  const units = unitsOf(load)
  return {
    rate: units / load.seconds,
    cpuMs: spent.own / units,
    ...(payers.postgresPid !== undefined && { postgresMs: spent.postgres / units }),
    p50: load.p50,
    p95: load.p95,
  }
}
