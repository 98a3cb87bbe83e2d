/** What someone had typed into a field: the name of the field, and of the dialog that has it. */
export type Typed = { readonly place: string; readonly label: string; readonly text: string }

/** Everything that is typed on the page and not sent: texts, and what dialogs ask for. */
export const typedOnPage = (): Typed[] =>
  [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('#main textarea, #main dialog input')]
    .filter(isTyped)
    .map((field) => ({
      place: field.closest('dialog')?.querySelector('h2')?.textContent ?? '',
      label: field.labels?.[0]?.textContent ?? '',
      text: field.value,
    }))

const isTyped = (field: HTMLInputElement | HTMLTextAreaElement): boolean =>
  ['textarea', 'text', 'search', 'url', 'email', 'number'].includes(field.type) &&
  !field.readOnly &&
  field.value.trim() !== '' &&
  field.value !== field.defaultValue
