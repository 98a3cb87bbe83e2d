/** What a header read without libvips says. The size is of the upright picture. */
export type Header = { readonly width: number; readonly height: number; readonly profile: ColourProfile }

/** ICC bytes; `p3` where numbers name that space without a profile; undefined for sRGB. */
export type ColourProfile = Buffer | 'p3' | undefined
