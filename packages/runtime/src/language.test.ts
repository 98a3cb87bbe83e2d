import t from 'tap'
import { languageOf } from './language.js'

const cases: [header: string | undefined, language: 'en' | 'fr'][] = [
  [undefined, 'en'],
  ['', 'en'],
  ['*', 'en'],
  ['fr', 'fr'],
  ['FR-ca', 'fr'],
  ['fr-CA, en;q=0.5', 'fr'],
  ['en, fr;q=0.9', 'en'],
  ['en;q=0.8, fr;q=0.9', 'fr'],
  ['fr, en', 'fr'],
  ['de, fr;q=0.5', 'fr'],
  ['de', 'en'],
  ['fr;q=0', 'en'],
  ['fr;q=two', 'en'],
  [`${'x,'.repeat(5_000)}fr`, 'fr'],
  [',;,;q=;\u0000', 'en'],
]
for (const [header, language] of cases) t.equal(languageOf(header), language, `${header?.slice(0, 40)}`)
