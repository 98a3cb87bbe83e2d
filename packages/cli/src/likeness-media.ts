import { runProgram } from './program.js'

// The commands of media, under this older name.
await runProgram(['--service', 'media', ...process.argv.slice(2)])
