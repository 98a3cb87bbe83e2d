/**
 * Makes attributes properties of their element too, since frameworks set a property where there is one. `editable` is true
 * where the attribute is there; null, undefined and false remove an attribute.
 */
export function reflect(prototype: HTMLElement, names: readonly string[]): void {
  for (const name of names)
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: HTMLElement) {
        return name === 'editable' ? this.hasAttribute(name) : this.getAttribute(name)
      },
      set(this: HTMLElement, value: string | number | boolean | null | undefined) {
        if (value === undefined || value === null || value === false) this.removeAttribute(name)
        else this.setAttribute(name, value === true ? '' : String(value))
      },
    })
}

/** Sets again what was set before the class of the element was defined: it hides the properties of the class. */
export function takeEarly<Name extends string>(
  element: { [Property in Name]?: unknown },
  names: readonly Name[],
): void {
  for (const name of names) {
    if (!Object.hasOwn(element, name)) continue
    const value = element[name]
    delete element[name]
    Object.assign(element, { [name]: value })
  }
}
