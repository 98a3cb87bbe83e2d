import { readFile } from 'node:fs/promises'
import { matchEmitted } from '@likeness/test-kit'
import t from 'tap'

const section = /(?<=<!-- Begin of what `npm run emit` writes\. -->\n).*(?=<!-- End of what)/s

t.test('the documentation has the hash of the element', async (t) => {
  const module = new URL('../../../packages/element/build.mjs', import.meta.url)
  const { buildElement } = (await import(module.href)) as {
    buildElement: () => Promise<{ hashedName: string; integrity: string }>
  }
  const { hashedName, integrity } = await buildElement()
  const snippet = `
\`\`\`html
<script
  type="module"
  src="https://pictures.example.com/element/v1/${hashedName}"
  integrity="${integrity}"
  crossorigin
></script>
\`\`\`

`
  const file = new URL('../../../docs/element.md', import.meta.url)
  const text = await readFile(file, 'utf8')
  t.match(text, section)
  await matchEmitted(
    t,
    file,
    text.replace(section, () => snippet),
  )
})
