/** The topic of the bus for every change of an upload, told after its commit. */
export const uploadsTopic = 'uploads'

/** The topic of the bus for the erasure of a user. */
export const erasedTopic = 'erased'
