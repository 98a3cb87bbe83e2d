/**
 * What tells the lines of a chart apart where their colours do not: the dash in pixels, and the mark of a point as the path
 * of an SVG around 0, 0 with a radius of 1.
 */
export const lineLooks = [
  { dash: [], mark: 'M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0z' },
  { dash: [7, 4], mark: 'M-.9-.9h1.8v1.8h-1.8z' },
  { dash: [2, 4], mark: 'M0-1.2L1.2.9h-2.4z' },
] as const

/** The look of a line. @param index its place in the chart */
export const lookOf = (index: number): (typeof lineLooks)[number] =>
  lineLooks[index % lineLooks.length] ?? lineLooks[0]
