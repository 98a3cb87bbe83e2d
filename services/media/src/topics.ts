/** Every change of an upload is told on this topic of the bus, after its commit. */
export const uploadsTopic = 'uploads'

/** The erasure of a user is told on this topic of the bus. */
export const erasedTopic = 'erased'
