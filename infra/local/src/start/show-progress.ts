export interface Progress {
  /** Ends the phase that runs, and begins the next one. */
  begin(title: string): void
  /** Something of the phase is done. */
  add(what: string): void
  /** Ends the last phase. Called again, it does nothing. */
  end(): void
}

/**
 * Shows what a start does and how far it is: a line a phase, `2/3 Migrating the databases … 0.4 s`.
 *
 * @param phases how many there will be
 * @param write on a terminal or not, the same
 */
export function showProgress(phases: number, write: (text: string) => void): Progress {
  let number = 0
  let since = 0
  let running = false
  const end = () => {
    if (running) write(` ${((performance.now() - since) / 1000).toFixed(1)} s\n`)
    running = false
  }
  return {
    begin(title) {
      end()
      number += 1
      since = performance.now()
      running = true
      write(`${number}/${phases} ${title} …`)
    },
    add: (what) => running && write(` ${what},`),
    end,
  }
}
