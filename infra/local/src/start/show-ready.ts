import type { Settings } from './settings.js'

/**
 * The lines to print once everything runs: a table of addresses, and the line that scripts wait for.
 *
 * @param adminPassword generated at the first start, and shown only then
 */
export function readyLines(settings: Settings, adminPassword: string | undefined, seconds: number): string[] {
  const { publicUrl, dataDir, admin } = settings
  const rows = [
    ...(admin === undefined ? [] : [['page', `${publicUrl}/`]]),
    ['API', `${publicUrl}/v1`],
    ['documentation', `${publicUrl}/docs/`],
    ['data', dataDir],
    ...(admin === undefined || adminPassword === undefined
      ? []
      : [['administrator', `${admin.email} with password ${adminPassword} (shown this once)`]]),
    ['started in', `${seconds.toFixed(1)} s; stop it with Ctrl-C`],
  ]
  return [
    '',
    ...rows.map(([name = '', value]) => `  ${name.padEnd(15)}${value}`),
    '',
    `Likeness is ready at ${publicUrl}`,
  ]
}
