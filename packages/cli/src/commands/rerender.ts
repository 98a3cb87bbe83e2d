import type { Command } from 'commander'
import { action } from '../finish.js'
import { showProgress } from '../progress.js'
import { assertLocal } from '../remote.js'
import { openMediaWorker, servicesOf, using } from '../services.js'

export function addRerender(program: Command): void {
  program
    .command('rerender')
    .description('render the sizes and formats that avatars lack since the configuration changed')
    .option('--dry-run', 'render nothing, only count')
    .action(
      action(async (given) => {
        assertLocal(given)
        servicesOf(given, ['media'])
        const { rerender } = await import('@likeness/media/operations')
        const progress = showProgress(given)
        const result = await using(openMediaWorker(), (deps) =>
          rerender(deps, { dryRun: given.dryRun === true }, ({ incomplete }, total) =>
            progress.tell({ done: incomplete, total, of: 'avatars' }),
          ),
        ).finally(progress.end)
        const attention = `${result.failed} originals did not decode; run it again, or look into the log.`
        return { result: { ...result, ...(result.failed > 0 ? { attention } : {}) } }
      }),
    )
}
