import { readFileSync } from 'node:fs'
import t from 'tap'
import { ActivityType } from './activity.js'
import { AuditAction } from './audit.js'
import { UploadEventType } from './uploads.js'

const page = readFileSync(new URL('../../../docs/audit.md', import.meta.url), 'utf8')

/** The names in the first column of the table under a heading. */
function namesUnder(heading: string): string[] {
  const [, rest = ''] = page.split(`\n## ${heading}\n`)
  const [section = ''] = rest.split('\n## ')
  return [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name = '']) => name)
}

t.test('docs/audit.md is the inventory: every event of the code, and nothing else', async (t) => {
  for (const [heading, type] of [
    ['Events of an upload', UploadEventType],
    ['Activity on an account', ActivityType],
    ['The audit of operators', AuditAction],
  ] as const) {
    t.strictSame(namesUnder(heading).sort(), [...type.options].sort(), heading)
  }
})
