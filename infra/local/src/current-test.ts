import root, { type Test } from 'tap'

/** The test of the file that runs. Test files import it as `tap` (see `packages` in infra/bundle/build.mjs). */
let current: Test = root

export { current as default }

/**
 * Runs test files one after the other, each as a test of its own: its teardown is done before the next begins.
 * @param files by their names: what loads each
 */
export async function runInTurn(files: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
  for (const [name, load] of Object.entries(files)) {
    await root.test(name, async (t) => {
      current = t
      await load()
    })
  }
}
