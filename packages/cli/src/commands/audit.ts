import type { TrailTable } from '@likeness/runtime/trail/format'
import type { Result } from '@likeness/runtime/upkeep'
import type { Command } from 'commander'
import { type Answer, action, type Given } from '../finish.js'
import { assertLocal } from '../remote.js'
import { type Service, servicesOf, settingsOf } from '../services.js'

type Trail = {
  readonly db: Parameters<typeof import('@likeness/runtime/trail/verify-trail').verifyTrail>[0]
  readonly tables: readonly TrailTable[]
}

/** Adds `audit verify` and `audit seal`. */
export function addAudit(program: Command): void {
  const audit = program.command('audit').description('verify and make the seals of the trail')
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
        return { ...answer, lines: notes.map((note) => JSON.stringify(note)) }
      }),
    )
}

/** Does it with the trail of each service; a result of one service stands alone. */
async function inEach(
  given: Given,
  work: (trail: Trail, service: Service) => Promise<Result>,
): Promise<Answer> {
  assertLocal(given)
  const services = servicesOf(given)
  const results: [Service, Result][] = []
  for (const service of services) {
    results.push([service, await withTrail(service, (trail) => work(trail, service))])
  }
  const [first] = results
  if (services.length === 1 && first) return { result: first[1] }
  const attention = results.flatMap(([, result]) => result.attention ?? []).join(' ')
  return { result: { ...Object.fromEntries(results), ...(attention === '' ? {} : { attention }) } }
}

async function withTrail<Done>(service: Service, work: (trail: Trail) => Promise<Done>): Promise<Done> {
  const [{ ProcessConfig }, { openDatabase }, { assertMigrated }, { migrations, trailTables: tables }] =
    await Promise.all([
      import('@likeness/runtime/config'),
      import('@likeness/runtime/database'),
      import('@likeness/runtime/migrations'),
      service === 'media' ? import('@likeness/media/operations') : import('@likeness/accounts/operations'),
    ])
  const { DATABASE_URL } = await settingsOf(service, ProcessConfig.pick({ DATABASE_URL: true }))
  const db = openDatabase<Record<never, never>>(DATABASE_URL, {
    name: 'likeness audit',
    max: 2,
    onError: () => undefined,
  })
  try {
    await assertMigrated(db, migrations, 'likeness migrate')
    return await work({ db, tables })
  } finally {
    await db.destroy()
  }
}
