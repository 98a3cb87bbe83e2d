import { readdir, readFile } from 'node:fs/promises'
import { matchEmitted } from '@likeness/test-kit'
import t from 'tap'

const root = new URL('../../../', import.meta.url)
const read = (path: string) => readFile(new URL(path, root), 'utf8')

/** `<!-- from FILE -->` or `<!-- part of FILE -->`, and the block of code that follows. */
const copied = /^<!-- (from|part of) (\S+) -->\n+(```\w*\n)(.*?)\n```\n/gms

const unindented = (code: string) => code.replace(/^[ \t]+/gm, '')

t.test('each block that names a file is that file, or consecutive lines of it', async (t) => {
  const pages = (await readdir(new URL('docs', root), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
  let blocks = 0
  for (const page of pages) {
    const text = await read(page)
    const files = new Map<string, string>()
    for (const [, kind, path = '', , code = ''] of text.matchAll(copied)) {
      blocks += 1
      const file = await read(path)
      files.set(path, file.trimEnd())
      if (kind === 'part of')
        t.ok(`\n${unindented(file)}`.includes(`\n${unindented(code)}\n`), `${page}: ${path}\n${code}`)
    }
    t.equal(text.match(/^<!-- (?:from|part of) /gm)?.length ?? 0, [...text.matchAll(copied)].length, page)
    const whole = text.replace(copied, (block, kind, path: string, fence: string) =>
      kind === 'from' ? `<!-- from ${path} -->\n\n${fence}${files.get(path)}\n\`\`\`\n` : block,
    )
    await matchEmitted(t, new URL(page, root), whole)
  }
  t.ok(blocks > 3)
})
