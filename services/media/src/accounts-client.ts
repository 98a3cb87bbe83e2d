import {
  EndedSessions,
  HashedUser,
  type RemoveAvatar,
  type SetAvatar,
  type TellDescription,
  UserInitials,
} from '@likeness/contracts'
import { signServiceToken } from '@likeness/runtime'
import type { MediaConfig } from './config.js'

/** The calls media makes to accounts. */
export type AccountsClient = {
  /** Shows an avatar in the profile unless a newer one is there. Resolves to whether the user exists; rejects when accounts is away. */
  setAvatar(userId: string, avatar: SetAvatar): Promise<boolean>
  /** Shows no avatar any more unless a newer one is there. Resolves and rejects as `setAvatar` does. */
  removeAvatar(userId: string, removal: RemoveAvatar): Promise<boolean>
  /** Shows a newer text of the avatar it has. Resolves and rejects as `setAvatar` does. */
  describeAvatar(userId: string, description: TellDescription): Promise<boolean>
  /** Whether there is such a user. @throws AccountsAwayError */
  isUser(userId: string): Promise<boolean>
  /** The sessions that ended since a time. Rejects when accounts is away. */
  endedSessions(since: string | undefined): Promise<EndedSessions>
  /** What stands for a user without a picture; undefined for nobody. Rejects when accounts is away. */
  initialsOf(userId: string): Promise<string | undefined>
  /** The discoverable user whose e-mail address has this hash. Rejects when accounts is away. */
  userOfHash(hash: string): Promise<string | undefined>
}

/** Accounts did not say what a request needs to know: it can be sent again. */
export class AccountsAwayError extends Error {
  override name = 'AccountsAwayError'
}

const timeoutMs = 5_000
// Someone waits for a picture, and there is one that needs no answer.
const pictureTimeoutMs = 1_000

type Answer = { readonly status: number; readonly text: string }

/** Accounts knows no such user. A 404 of anything between says nothing about them. */
const isNobody = ({ status, text }: Answer) => status === 404 && text.includes('"user-not-found"')

export function openAccountsClient(
  config: Pick<MediaConfig, 'ACCOUNTS_URL' | 'SERVICE_SECRET'>,
): AccountsClient {
  async function call(
    method: string,
    path: string,
    { body, timeout = timeoutMs }: { body?: object; timeout?: number } = {},
  ): Promise<Answer> {
    const response = await fetch(`${config.ACCOUNTS_URL}/internal/${path}`, {
      method,
      // The token is for that address alone.
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${await signServiceToken(config.SERVICE_SECRET, 'media', 'accounts')}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeout),
    })
    // The body is read, so the connection can be used again.
    return { status: response.status, text: await response.text() }
  }

  /** Tells what a user shows from now on. */
  async function tell(method: 'PUT' | 'PATCH' | 'DELETE', userId: string, body: object): Promise<boolean> {
    const answer = await call(method, `users/${userId}/avatar`, { body })
    if (answer.status === 204) return true
    if (isNobody(answer)) return false
    throw new Error(`accounts answered ${answer.status} to ${method} of an avatar`)
  }

  /** Asks about someone while a picture is waited for. */
  async function askAbout(path: string): Promise<unknown> {
    const answer = await call('GET', path, { timeout: pictureTimeoutMs })
    if (isNobody(answer)) return undefined
    if (answer.status !== 200)
      throw new Error(`accounts answered ${answer.status} to a question about a user`)
    return JSON.parse(answer.text)
  }

  return {
    setAvatar: (userId, avatar) => tell('PUT', userId, avatar),
    removeAvatar: (userId, removal) => tell('DELETE', userId, removal),
    describeAvatar: (userId, description) => tell('PATCH', userId, description),

    async isUser(userId) {
      const answer = await call('GET', `users/${userId}`).catch((error: unknown) => {
        throw new AccountsAwayError('accounts cannot be reached', { cause: error })
      })
      if (answer.status === 204) return true
      if (isNobody(answer)) return false
      throw new AccountsAwayError(`accounts answered ${answer.status} to a question about a user`)
    },

    async endedSessions(since) {
      const { status, text } = await call(
        'GET',
        `ended-sessions${since ? `?since=${encodeURIComponent(since)}` : ''}`,
      )
      if (status !== 200) throw new Error(`accounts answered ${status} to a look for ended sessions`)
      return EndedSessions.parse(JSON.parse(text))
    },

    async initialsOf(userId) {
      return UserInitials.optional().parse(await askAbout(`users/${userId}/initials`))?.initials
    },

    async userOfHash(hash) {
      return HashedUser.optional().parse(await askAbout(`email-hashes/${hash}`))?.userId
    },
  }
}
