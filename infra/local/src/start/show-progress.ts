export interface Progress {
  /** Ends the phase that runs, and begins the next one. */
  begin(title: string): void
  /** Something of the phase is done. */
  add(what: string): void
  /** Ends the last phase. Nothing is shown after it: a part that starts again says so by itself. */
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
  let over = false
  const endPhase = () => {
    if (number > 0) write(` ${((performance.now() - since) / 1000).toFixed(1)} s\n`)
  }
  return {
    begin(title) {
      if (over) return
      endPhase()
      number += 1
      since = performance.now()
      write(`${number}/${phases} ${title} …`)
    },
    add: (what) => !over && write(` ${what},`),
    end() {
      if (!over) endPhase()
      over = true
    },
  }
}
