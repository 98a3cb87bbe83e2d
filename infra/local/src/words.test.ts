import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  ActivityType,
  failureCauses,
  JobState,
  ProfilePatch,
  QueueKind,
  Step,
  UploadEventType,
  UploadStatus,
} from '@likeness/contracts'
import t from 'tap'
import { parseSync } from 'vite'

const sources = fileURLToPath(new URL('../../../packages/web/src', import.meta.url))

/** A node of the syntax tree (ESTree, as oxc writes it). */
type Node = { readonly type: string; readonly start: number; readonly [field: string]: unknown }

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value
const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode)

/** Attributes, properties and parameters whose words people see or hear. */
const spoken =
  /^(aria-(label|valuetext|roledescription|description|placeholder)|title|detail|label|alt|placeholder|hint|lead|closeWords|message)$/

/** What is no word of a language: the name of the product, units, and the beginning of an address. */
const isName = (text: string) => /^(?:Likeness|ms|px|https:|\W|\d)*$/.test(text)
const hasWords = (text: string) => /\p{L}/u.test(text) && !isName(text)

/** The texts that an expression may become; what it calls or reads is elsewhere. */
function textsOf(node: unknown): { text: string; start: number }[] {
  if (!isNode(node)) return []
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [{ text: node.value, start: node.start }] : []
    case 'TemplateLiteral':
      return (node.quasis as Node[]).map(({ value, start }) => ({
        text: (value as { cooked: string }).cooked,
        start,
      }))
    case 'ConditionalExpression':
      return [...textsOf(node.consequent), ...textsOf(node.alternate)]
    case 'LogicalExpression':
    case 'BinaryExpression':
      return node.operator === '+' || node.type === 'LogicalExpression'
        ? [...textsOf(node.left), ...textsOf(node.right)]
        : []
    case 'JSXExpressionContainer':
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
      return textsOf(node.expression)
    default:
      return []
  }
}

const nameOf = (key: unknown): string => {
  if (!isNode(key)) return ''
  const name = key.name ?? key.value
  return typeof name === 'string' ? name : ''
}

const isCatalogue = (node: Node) => node.type === 'CallExpression' && nameOf(node.callee) === 'textsOf'

/** Texts of a node itself that people see or hear. */
function shownBy(node: Node): { text: string; start: number }[] {
  switch (node.type) {
    case 'JSXText':
      return [{ text: String(node.value), start: node.start }]
    case 'JSXAttribute':
    case 'Property':
    case 'AssignmentPattern':
      return spoken.test(nameOf(node.name ?? node.key ?? node.left)) ? textsOf(node.value ?? node.right) : []
    case 'AssignmentExpression':
      return spoken.test(nameOf((node.left as Node).property)) ? textsOf(node.right) : []
    case 'JSXElement':
    case 'JSXFragment':
      return (node.children as Node[]).flatMap(textsOf)
    default:
      return []
  }
}

/** Everything in a file that people see or hear, outside its catalogue. */
function strayTexts(node: Node): { text: string; start: number }[] {
  if (isCatalogue(node)) return []
  return [...shownBy(node).filter(({ text }) => hasWords(text)), ...childrenOf(node).flatMap(strayTexts)]
}

/** Texts of a catalogue by their place in it. */
function* wordsIn(node: unknown, place = ''): Generator<[place: string, text: string]> {
  if (!isNode(node)) return
  if (node.type === 'ObjectExpression') {
    for (const property of node.properties as Node[]) {
      yield* wordsIn(property.value, `${place}.${nameOf(property.key)}`)
    }
  } else if (node.type === 'ArrayExpression') {
    for (const [index, element] of (node.elements as Node[]).entries())
      yield* wordsIn(element, `${place}.${index}`)
  } else {
    const text = textsOf(node)
      .map(({ text }) => text)
      .join('')
    if (text !== '') yield [place, text]
  }
}

/** The texts of the one catalogue of a file, by their places in it, in each language. */
function catalogueOf(name: string): Map<string, string>[] {
  const catalogues: Node[] = []
  const find = (node: Node): void => {
    if (isCatalogue(node)) catalogues.push(node)
    else childrenOf(node).forEach(find)
  }
  find(parsed(name, readFileSync(join(sources, name), 'utf8')))
  const [catalogue, another] = catalogues
  if (!catalogue || another) throw new Error(`${name} has not one catalogue`)
  const languages = childrenOf((catalogue.arguments as Node[])[0] ?? catalogue)
  return languages.map(({ value }) => new Map(wordsIn(value)))
}

/** The fields that the documentation of the trail has in columns of tables: before → after, and details. */
function documentedFields(): string[] {
  const audit = readFileSync(fileURLToPath(new URL('../../../docs/audit.md', import.meta.url)), 'utf8')
  const [, events = ''] = audit.split('## Events of an upload')
  const [tables = ''] = events.split('## The audit of operators')
  const rows = tables.split('\n').filter((line) => /^\| `/.test(line))
  return [...new Set(rows.flatMap((row) => fieldsOf(row.split('|').slice(3))))]
}
const fieldsOf = ([changes = '', details = '']: string[]) => [
  ...changes
    .replace(/\(.*?\)|each field that changed/g, '')
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== ''),
  ...[...details.matchAll(/`(\w+)`/g)].map(([, field = '']) => field).filter((word) => word !== 'login'),
]

/** Sentences that are the same in both languages. */
function untranslated(node: Node): string[] {
  if (!isCatalogue(node)) return childrenOf(node).flatMap(untranslated)
  const languages = childrenOf((node.arguments as Node[])[0] ?? node)
  const [en, fr] = ['en', 'fr'].map(
    (language) => new Map(wordsIn(languages.find(({ key }) => nameOf(key) === language)?.value)),
  )
  return [...(en ?? [])]
    .filter(([place, text]) => fr?.get(place) === text && /\p{L}+ \p{L}+ \p{L}+/u.test(text))
    .map(([, text]) => text)
}

const parsed = (file: string, text: string): Node => {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join('; ')}`)
  return program as unknown as Node
}

const lineOf = (text: string, start: number) => text.slice(0, start).split('\n').length

t.test('everything people see or hear on the page is in a catalogue, in both languages', async (t) => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.ts$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(sources, name), 'utf8') }))
  t.ok(files.length > 50)
  const stray = files.flatMap(({ name, text }) =>
    strayTexts(parsed(name, text)).map(
      (found) => `${name}:${lineOf(text, found.start)} ${found.text.trim()}`,
    ),
  )
  t.strictSame(stray, [], 'outside the catalogues')
  const same = files.flatMap(({ name, text }) =>
    untranslated(parsed(name, text)).map((found) => `${name} ${found}`),
  )
  t.strictSame(same, [], 'in one language only')
})

t.test('whatever the trail, failures and queues can name has words in both languages', async (t) => {
  const documented = documentedFields()
  t.ok(documented.length > 20, 'the documentation names fields')
  const named: readonly (readonly [file: string, place: string, names: readonly string[]])[] = [
    ['trail/happened.ts', '', ActivityType.options],
    ['console/ui/statuses.ts', '.statuses', UploadStatus.options],
    ['console/ui/statuses.ts', '.events', UploadEventType.options],
    ['console/ui/trail-words.ts', '.fields', documented],
    ['session/profile-labels.ts', '.profile', Object.keys(ProfilePatch.shape)],
    ['console/ui/causes.ts', '', failureCauses],
    ['console/failures/failure-words.ts', '', Step.options],
    ['console/queues/queue-words.ts', '.kinds', QueueKind.options],
    ['console/queues/queue-words.ts', '.states', JobState.options],
  ]
  for (const [file, place, names] of named) {
    for (const words of catalogueOf(file)) {
      const missing = names.filter((name) => !words.get(`${place}.${name}`))
      t.strictSame(missing, file.startsWith('session') ? ['custom'] : [], `${file} ${place}`)
    }
  }
})

t.test('the check finds each form of it', async (t) => {
  const found = (code: string) => strayTexts(parsed('page.tsx', code)).map(({ text }) => text)
  t.strictSame(found('const a = <p>Hello</p>'), ['Hello'])
  t.strictSame(found(`const a = <p>{isNew ? 'New' : \`\${count} old\`}</p>`), ['New', ' old'])
  t.strictSame(found("const a = <p>{isNew && 'New'}{words.old}</p>"), ['New'])
  t.strictSame(found('const a = <input aria-label="Name" className="block" />'), ['Name'])
  t.strictSame(found("const a = <Field label={isNew ? 'New' : words.old} name='new' />"), ['New'])
  t.strictSame(found("throw new LikenessError('empty-file', { title: 'Empty', detail })"), ['Empty'])
  t.strictSame(found("const a = { 'aria-roledescription': 'frame', role: 'application' }"), ['frame'])
  t.strictSame(found("document.title = 'Picture · ' + name"), ['Picture · '])
  t.strictSame(found("const a = textsOf({ en: { title: 'A' }, fr: { title: 'B' } })"), [])
  t.strictSame(found('const a = <p>Likeness · 12 × {count} ms</p>'), [])
  const both =
    "const a = textsOf({ en: { a: 'One and two', b: ['x y z'] }, fr: { a: 'Un et deux', b: ['x y z'] } })"
  t.strictSame(untranslated(parsed('page.tsx', both)), ['x y z'])
})
