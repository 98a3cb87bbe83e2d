import { userInfo } from 'node:os'

/**
 * Who runs a command on the machine, as events have it: the user of the operating system, and the one who became that
 * user by sudo.
 */
export const byCommand = () => ({ startedBy: 'cli', osUser: osUser() }) as const

function osUser(): string {
  const { SUDO_USER } = process.env
  return SUDO_USER ? `${accountName()} (sudo of ${SUDO_USER})` : accountName()
}

function accountName(): string {
  try {
    return userInfo().username
  } catch {
    // Containers run with ids that have no name.
    return `uid ${process.getuid?.()}`
  }
}
