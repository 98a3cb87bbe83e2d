/** The release that these contracts belong to, as every package.json of the workspace has it. */
export const version = '0.1.0'
