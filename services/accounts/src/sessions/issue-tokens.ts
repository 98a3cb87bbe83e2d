import type { Role, Tokens } from '@likeness/contracts'
import type { SessionRow } from '../database/sessions.table.js'
import type { ApiDeps } from '../deps.js'

/** The columns of a session that its tokens are made of. */
export type IssuingSession = Pick<SessionRow, 'id' | 'user_id' | 'seed' | 'generation' | 'expires_at'>

/** The access token of a session and the refresh token of its present generation. */
export async function issueTokens(
  deps: Pick<ApiDeps, 'config' | 'keys' | 'refreshTokens'>,
  session: IssuingSession,
  role: Role,
): Promise<Tokens> {
  return {
    accessToken: await deps.keys.sign({ sub: session.user_id, sid: session.id, role }),
    tokenType: 'Bearer',
    expiresIn: deps.config.ACCESS_TOKEN_SECONDS,
    refreshToken: deps.refreshTokens.of(session),
    refreshExpiresIn: Math.max(0, Math.floor((session.expires_at.getTime() - Date.now()) / 1000)),
  }
}
