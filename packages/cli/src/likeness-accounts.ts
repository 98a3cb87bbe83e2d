import { runProgram } from './program.js'

// The commands of accounts, under this older name, and those on users without the word.
const [first = '', ...rest] = process.argv.slice(2)
const onUsers = ['list', 'set-role', 'disable', 'enable'].includes(first)
await runProgram([
  '--service',
  'accounts',
  ...(onUsers ? ['users'] : []),
  ...(first === '' ? [] : [first]),
  ...rest,
])
