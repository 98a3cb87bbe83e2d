import type { Custom } from '../database/profiles.table.js'

/** JSON merge patch (RFC 7396) of the extra profile fields; null empties them. */
export function mergeCustom(custom: Custom, patch: Custom | null): Custom {
  return patch === null ? {} : (mergePatch(custom, patch) as Custom)
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  // Entries rather than assignment: no key of the patch can reach a prototype.
  const merged = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
