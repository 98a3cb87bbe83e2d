import type { Kysely } from 'kysely'
import { type Cli, finish, type Options } from '../cli.js'
import type { Result } from '../upkeep.js'
import type { TrailTable } from './format.js'

type Parts<Tables> = { readonly db: Kysely<Tables>; close(): Promise<void> }

/** Adds `audit verify` and `audit seal`. @param load opens the service's parts, and gives the tables of its trail */
export function addAudit<Tables>(
  { program }: Pick<Cli, 'program'>,
  service: 'accounts' | 'media',
  load: () => Promise<{ parts: Parts<Tables>; tables: readonly TrailTable[] }>,
): void {
  const audit = program.command('audit').description('the seals of the trail')
  const withTrail = (
    options: Options,
    work: (db: Kysely<Tables>, tables: readonly TrailTable[]) => Promise<Result>,
  ) =>
    finish(options, async () => {
      const { parts, tables } = await load()
      try {
        return await work(parts.db, tables)
      } finally {
        await parts.close()
      }
    })

  audit
    .command('verify')
    .description('compute every seal again, and name the first event that does not fit (exit code 3)')
    .option('--against <file>', 'also find each seal of this file in the chain')
    .option('--json', 'print JSON')
    .action((options: Options & { against?: string }) =>
      withTrail(options, async (db, tables) => {
        const { verifyTrail } = await import('./verify-trail.js')
        const { readSealFile } = await import('./seal-file.js')
        const against = options.against === undefined ? [] : await readSealFile(options.against, service)
        const verified = await verifyTrail(db, tables, { against })
        return {
          ...verified,
          fault: options.json ? verified.fault : JSON.stringify(verified.fault ?? 'none'),
        }
      }),
    )

  audit
    .command('seal')
    .description('seal what is settled, or print the last seal')
    .option(
      '--last',
      'seal nothing; print the last seal as a line for a file that `audit verify --against` reads',
    )
    .option('--json', 'print JSON')
    .action((options: Options & { last?: boolean }) =>
      withTrail(options.last ? { ...options, json: true } : options, async (db, tables) => {
        const { sealTrail } = await import('./seal-trail.js')
        const { noteOfLastSeal } = await import('./seal-file.js')
        if (!options.last) return { ...(await sealTrail(db, tables, { dryRun: false })) }
        return (await noteOfLastSeal(db, service)) ?? {}
      }),
    )
}
