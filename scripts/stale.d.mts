/** Removes from a package's `dist` what is left of sources that are gone. */
export function removeStaleOutput(directory: string, isBundled?: boolean): void
