/** A header read without libvips. The size is that of the upright picture. */
export type Header = { readonly width: number; readonly height: number; readonly profile: ColourProfile }

/** ICC bytes; `p3` where numbers name that space without a profile; undefined for sRGB. */
export type ColourProfile = Buffer | 'p3' | undefined
