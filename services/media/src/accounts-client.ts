import { EndedSessions, type SetAvatar } from '@likeness/contracts'
import { signServiceToken } from '@likeness/runtime'
import type { MediaConfig } from './config.js'

/** The calls media makes to accounts. */
export type AccountsClient = {
  /** Shows an avatar in the profile unless a newer one is there. Resolves to whether the user exists; rejects when accounts is away. */
  setAvatar(userId: string, avatar: SetAvatar): Promise<boolean>
  /** The sessions that ended since a time. Rejects when accounts is away. */
  endedSessions(since: string | undefined): Promise<EndedSessions>
}

const timeoutMs = 5_000

export function openAccountsClient(
  config: Pick<MediaConfig, 'ACCOUNTS_URL' | 'SERVICE_SECRET'>,
): AccountsClient {
  async function call(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; text: string }> {
    const response = await fetch(`${config.ACCOUNTS_URL}/internal/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await signServiceToken(config.SERVICE_SECRET, 'media', 'accounts')}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeoutMs),
    })
    // The body is read, so the connection can be used again.
    return { status: response.status, text: await response.text() }
  }

  return {
    async setAvatar(userId, avatar) {
      const { status, text } = await call('PUT', `users/${userId}/avatar`, avatar)
      if (status === 204) return true
      if (status === 404 && text.includes('"user-not-found"')) return false
      throw new Error(`accounts answered ${status} to a new avatar`)
    },

    async endedSessions(since) {
      const { status, text } = await call(
        'GET',
        `ended-sessions${since ? `?since=${encodeURIComponent(since)}` : ''}`,
      )
      if (status !== 200) throw new Error(`accounts answered ${status} to a look for ended sessions`)
      return EndedSessions.parse(JSON.parse(text))
    },
  }
}
