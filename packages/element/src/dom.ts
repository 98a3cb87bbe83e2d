type Value = string | number | boolean | undefined | ((event: Event) => void)
export type Child = Node | string | false | undefined

/**
 * Makes an element. A function listens to the event of its name, `true` is an attribute without a value, and what is
 * undefined or false is left out. No attribute is ever `style`, which a Content-Security-Policy may forbid.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value))
  }
  element.append(...children.filter((child) => child !== undefined && child !== false))
  return element
}

const svg = 'http://www.w3.org/2000/svg'

/** A drawing of lines, 24 by 24, that nobody is told about. @param path `d` of an SVG path */
export function icon(path: string): SVGElement {
  const drawing = document.createElementNS(svg, 'svg')
  drawing.setAttribute('viewBox', '0 0 24 24')
  drawing.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS(svg, 'path')
  line.setAttribute('d', path)
  drawing.append(line)
  return drawing
}

/** A button with words. @param part for `::part()` of the page */
export const button = (part: 'primary' | 'secondary', label: string, click: () => void): HTMLButtonElement =>
  h('button', { type: 'button', part: `button ${part}`, class: part, click }, label)

/** A button with a drawing, whose words are read out. */
export const iconButton = (label: string, path: string, click: () => void): HTMLButtonElement =>
  h(
    'button',
    { type: 'button', part: 'button icon', class: 'icon', 'aria-label': label, title: label, click },
    icon(path),
  )
