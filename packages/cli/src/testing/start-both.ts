import { type Accounts, startAccounts } from '@likeness/accounts/testing'
import type { LoggedIn } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { type Media, startMedia } from '@likeness/media/testing'
import { type Call, freePort, openCalls, testDatabase, waitFor } from '@likeness/test-kit'
import type { Test } from 'tap'
import { bmp } from './bmp.js'
import { type Env, prefixed } from './run-likeness.js'

export type Owner = {
  readonly user: LoggedIn['user']
  readonly accessToken: string
  /** Calls media. */
  readonly call: Call
}
export type Both = {
  readonly accounts: Accounts
  readonly media: Media
  /** For the program. */
  readonly env: Env
  /** A new user who is logged in at both services. */
  join(): Promise<Owner>
  /** The same as a manager. */
  joinAsManager(): Promise<Owner>
}

/** Both services with their workers, each the other's peer. @param config of media */
export async function startBoth(t: Test, config: Readonly<Record<string, string>> = {}): Promise<Both> {
  const [accountsPort, mediaPort] = [String(await freePort()), String(await freePort())]
  const common = {
    SERVICE_SECRET: 'a secret that both services share, 32+',
    ACCOUNTS_URL: `http://127.0.0.1:${accountsPort}`,
    MEDIA_URL: `http://127.0.0.1:${mediaPort}`,
    UPKEEP_SCHEDULE: 'off',
  }
  const accounts = await startAccounts(t, { config: { ...common, PORT: accountsPort } })
  const media = await startMedia(t, { config: { ...common, ...config, PORT: mediaPort } })
  await Promise.all([accounts.work(), media.work()])
  const owner = ({ user, accessToken }: LoggedIn): Owner => ({
    user,
    accessToken,
    ...openCalls(media.url, { token: accessToken }),
  })
  return {
    accounts,
    media,
    env: environment(accounts, media),
    async join() {
      return owner(await accounts.join())
    },
    async joinAsManager() {
      const { user } = await accounts.join()
      await accounts.db.updateTable('users').set({ role: 'manager' }).where('id', '=', user.id).execute()
      return owner(await accounts.logIn(user.username))
    },
  }
}

const environment = (accounts: Accounts, media: Media): Env => ({
  ...prefixed('ACCOUNTS', accounts.env),
  ...prefixed('MEDIA', media.env),
})

/** Empty databases and an empty storage in the place of those of an environment. */
export async function emptyTarget(t: Test, env: Env, storage: string): Promise<Record<string, string>> {
  const empty = () => testDatabase(t, { name: 'empty', migrate: async () => undefined })
  const [accounts, media] = [await empty(), await empty()]
  const given = Object.entries(env).filter((one): one is [string, string] => one[1] !== undefined)
  return {
    ...Object.fromEntries(given),
    ...{ ACCOUNTS_DATABASE_URL: accounts, ACCOUNTS_QUEUE_URL: accounts },
    ...{ MEDIA_DATABASE_URL: media, MEDIA_QUEUE_URL: media, MEDIA_STORAGE_URL: storage },
  }
}

/** The settings of one service, as its process takes them; it gets a port of its own. */
export const settingsOf = (service: 'ACCOUNTS' | 'MEDIA', env: Env): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith(`${service}_`) && !name.endsWith('_PORT') && value !== undefined
        ? [[name.slice(service.length + 1), value]]
        : [],
    ),
  )

/** Uploads a picture and waits for its preview. */
export async function upload({ call }: Pick<Owner, 'call'>, shade: number) {
  const body = new FormData()
  body.append('image', new Blob([bmp(shade)]), `shade-${shade}.bmp`)
  const { id } = (await call(uploads.create, { body })).body
  return waitFor(
    async () => {
      const found = (await call(uploads.read, { params: { id } })).body
      return found.previewUrl !== null && found
    },
    { for: 'the preview' },
  )
}

/** Confirms an upload and waits until it is published. */
export async function confirm({ call }: Pick<Owner, 'call'>, id: string) {
  await call(uploads.confirm, { params: { id }, body: {} })
  return waitFor(
    async () => {
      const found = (await call(uploads.read, { params: { id } })).body
      return found.status === 'published' && found
    },
    { for: 'the avatar' },
  )
}
