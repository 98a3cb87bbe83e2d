import type { Command } from 'commander'
import type { z } from 'zod'
import { action } from '../finish.js'
import { maskedSetting } from '../mask-setting.js'
import { assertLocal } from '../remote.js'
import { envOf, parseSettings, type Service, servicesOf } from '../services.js'

type Setting = { readonly value: string | null; readonly from: string }

/** Adds `config`: every setting of each service, where it comes from, and no secret. */
export function addConfig(program: Command): void {
  program
    .command('config')
    .description('show the effective settings, secrets masked, and where each comes from')
    .action(
      action(async (given) => {
        assertLocal(given)
        const settings: Record<string, Record<string, Setting>> = {}
        const faults: string[] = []
        for (const service of servicesOf(given)) {
          const schema = await schemaOf(service)
          settings[service] = await settingsOf(service, schema)
          faults.push(...(await faultsOf(service, schema)))
        }
        const attention = faults.join(' ')
        return {
          result: { ...settings, ...(attention === '' ? {} : { attention }) },
          lines: [
            ...Object.entries(settings).flatMap(([service, all]) => [
              `${service}:`,
              ...Object.entries(all).map(([name, { value, from }]) => `  ${name}=${value ?? ''}  (${from})`),
            ]),
            ...faults,
          ],
        }
      }),
    )
}

const schemaOf = async (service: Service): Promise<z.ZodObject> =>
  service === 'media'
    ? (await import('@likeness/media/config')).MediaConfig
    : (await import('@likeness/accounts/config')).AccountsConfig

async function settingsOf(service: Service, schema: z.ZodObject): Promise<Record<string, Setting>> {
  const env = await envOf(service)
  const prefix = `${service.toUpperCase()}_`
  return Object.fromEntries(
    Object.keys(schema.shape).map((name): [string, Setting] => {
      const file = env[`${name}_FILE`]
      const place = (variable: string) =>
        process.env[`${prefix}${variable}`] !== undefined
          ? `${prefix}${variable}`
          : process.env[variable] !== undefined
            ? 'environment'
            : 'npm start'
      if (file) return [name, { value: '***', from: `file ${file}, by ${place(`${name}_FILE`)}` }]
      const value = env[name]
      if (value === undefined || value === '')
        return [name, { value: defaultOf(schema, name), from: 'default' }]
      return [name, { value: maskedSetting(name, value), from: place(name) }]
    }),
  )
}

/** What is used when nothing is set; null where that is nothing, or depends on other settings. */
function defaultOf(schema: z.ZodObject, name: string): string | null {
  const reading = schema.shape[name]?.safeParse(undefined)
  if (!reading?.success || reading.data === undefined) return null
  return typeof reading.data === 'object' ? JSON.stringify(reading.data) : String(reading.data)
}

/** A line for each setting that the service would refuse. */
async function faultsOf(service: Service, schema: z.ZodObject): Promise<string[]> {
  const { ConfigError } = await import('@likeness/runtime/config')
  try {
    // A command does not listen.
    await parseSettings(schema, { PORT: '0', ...(await envOf(service)) })
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map((fault) => `${service}: ${fault}`)
  }
}
