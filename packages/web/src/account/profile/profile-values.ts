import type { Me, ProfilePatch, RegistrationField, UserPatch } from '@likeness/client'

/** What the form shows, by the path of each field. An empty text is a field that is not filled in. */
export type Values = Readonly<Record<string, string | boolean>>

/** The fields of every profile. */
const common = [
  'nickname',
  'firstName',
  'lastName',
  'birthDate',
  'bio',
  'phoneNumber',
  'companyName',
  'profession',
  'linkedinUrl',
  'githubUrl',
  'isProfessional',
  'locale',
  'discoverable',
] as const satisfies readonly (keyof Me['profile'] & keyof ProfilePatch)[]

/** @param own the extra fields of the group */
export function valuesOf(me: Me, own: readonly RegistrationField[]): Values {
  const entries = common.map((name) => [`profile.${name}`, me.profile[name] ?? ''] as const)
  const extra = own.map(({ name, type }) => {
    const value = me.profile.custom[keyOf(name)]
    return [name, type === 'yes-no' ? value === true : textOf(value)] as const
  })
  return { username: me.username, ...Object.fromEntries([...entries, ...extra]) }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

const keyOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

/** The paths in which two differ. */
export const differing = (one: Values, other: Values): string[] =>
  Object.keys(one).filter((path) => one[path] !== other[path])

/** The change from one to the other, as the API takes it: null clears a field. */
export function patchOf(from: Values, to: Values, own: readonly RegistrationField[]): UserPatch {
  const changed = differing(from, to)
  const types = new Map(own.map(({ name, type }) => [name, type]))
  const profile = changed.filter((path) => path !== 'username' && !types.has(path))
  const custom = changed.filter((path) => types.has(path))
  const given = (path: string): unknown => {
    const value = to[path]
    // A nickname cannot be cleared: the server says so.
    if (value === '' && path !== 'profile.nickname') return null
    return types.get(path) === 'number' ? Number(value) : value
  }
  const part = (paths: readonly string[]) =>
    Object.fromEntries(paths.map((path) => [keyOf(path), given(path)]))
  return {
    ...(changed.includes('username') && { username: String(to.username) }),
    ...(profile.length + custom.length > 0 && {
      profile: { ...part(profile), ...(custom.length > 0 && { custom: part(custom) }) },
    }),
  }
}

/** Oneself as a change will leave one, before the server has said so. */
export function changedBy(me: Me, { username, profile = {} }: UserPatch): Me {
  const { custom, ...rest } = profile
  return {
    ...me,
    username: username ?? me.username,
    profile: { ...me.profile, ...definedIn(rest), custom: { ...me.profile.custom, ...custom } },
  }
}

const definedIn = (patch: object): object =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
