/** A number of things in words: `counted(1, 'upload')` is `1 upload`, of more than one `2 uploads`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`
