import type { Result } from '@likeness/runtime/upkeep'
import type { Command } from 'commander'
import { type Answer, action, type Given } from '../finish.js'
import { openTrail } from '../open-trail.js'
import { assertLocal } from '../remote.js'
import { type Service, servicesOf, using } from '../services.js'
import { addAuditExport } from './audit-export.js'

type Trail = Awaited<ReturnType<typeof openTrail>>

/** Adds `audit export`, `audit verify` and `audit seal`. */
export function addAudit(program: Command): void {
  const audit = program.command('audit').description('export the trail, verify it and make its seals')
  addAuditExport(audit)
  audit
    .command('verify')
    .description('compute every seal again, and name the first event that does not fit (exit code 3)')
    .option('--against <file>', 'also find each seal of this file in the chain')
    .action(
      action((given) =>
        inEach(given, async ({ db, tables }, service) => {
          const [{ verifyTrail }, { readSealFile }] = await Promise.all([
            import('@likeness/runtime/trail/verify-trail'),
            import('@likeness/runtime/trail/seal-file'),
          ])
          const against =
            given.against === undefined ? [] : await readSealFile(given.against as string, service)
          return verifyTrail(db, tables, { against })
        }),
      ),
    )
  audit
    .command('seal')
    .description('seal what is settled, or print the last seal')
    .option(
      '--last',
      'seal nothing; print the last seal as a line for a file that `audit verify --against` reads',
    )
    .action(
      action(async (given) => {
        const answer = await inEach(given, async ({ db, tables }, service) => {
          const [{ sealTrail }, { noteOfLastSeal }] = await Promise.all([
            import('@likeness/runtime/trail/seal-trail'),
            import('@likeness/runtime/trail/seal-file'),
          ])
          if (!given.last) return { ...(await sealTrail(db, tables, { dryRun: false })) }
          return { ...(await noteOfLastSeal(db, service)) }
        })
        if (!given.last) return answer
        const notes = servicesOf(given).length === 1 ? [answer.result] : Object.values(answer.result)
        return { ...answer, lines: notes.filter(hasSeal).map((note) => JSON.stringify(note)) }
      }),
    )
}

/** A service in which nothing happened yet has none. */
const hasSeal = (note: unknown) => typeof note === 'object' && note !== null && 'seal' in note

/** Does it with the trail of each service; a result of one service stands alone. */
async function inEach(
  given: Given,
  work: (trail: Trail, service: Service) => Promise<Result>,
): Promise<Answer> {
  assertLocal(given)
  const services = servicesOf(given)
  const results: [Service, Result][] = []
  for (const service of services) {
    results.push([service, await using(openTrail(service), (trail) => work(trail, service))])
  }
  const [first] = results
  if (services.length === 1 && first) return { result: first[1] }
  const attention = results.flatMap(([, result]) => result.attention ?? []).join(' ')
  return { result: { ...Object.fromEntries(results), ...(attention === '' ? {} : { attention }) } }
}
