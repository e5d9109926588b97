/**
 * Counts bytes of a body as they come.
 * @param isStillToCome - whether they are only declared. Default: false
 * @throws {LimitError}
 */
export type CountBody = (bytes: number, isStillToCome?: boolean) => void
