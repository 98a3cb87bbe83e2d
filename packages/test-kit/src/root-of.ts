import type { Test } from 'tap'

/** The test at the root of this process: its teardown comes after that of every test file that runs in it. */
export function rootOf(t: Test): Test {
  const parent = t.parent as Test | undefined
  return parent === undefined ? t : rootOf(parent)
}
